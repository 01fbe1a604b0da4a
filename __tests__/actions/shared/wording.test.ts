import { expect, test } from 'vitest'
import { EXPORT_INPUTS } from '../../../src/actions/shared/input-table.ts'
import { inputWording } from '../../../src/actions/shared/wording.ts'

test.each([
  ['uri-base', undefined, 'uri-base'],
  ['cpu', undefined, 'cpus'],
  ['label', undefined, 'labels'],
  ['sup-pkg', 'core/hab-sup', 'supervisor-package: core/hab-sup'],
  // The input that means the option is the other way round.
  ['no-health-check', undefined, 'health-check: false'],
  ['publish', 'release', 'publish: release'],
  // No input of this action.
  ['fs-root', undefined, '--fs-root'],
  ['fs-root', 'DIR', '--fs-root DIR'],
])('the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(inputWording(EXPORT_INPUTS)(name, value)).toBe(expected)
})
