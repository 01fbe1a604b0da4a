import { expect, test } from 'vitest'
import { DEPLOY_INPUTS } from '../../../src/actions/deploy/inputs.ts'
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
  ['marathon', undefined, 'marathon-url'],
  // No input of this action.
  ['fs-root', undefined, '--fs-root'],
  ['fs-root', 'DIR', '--fs-root DIR'],
])('the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(inputWording(EXPORT_INPUTS)(name, value)).toBe(expected)
})

test.each([
  ['marathon', 'marathon-url'],
  ['dcos-token', 'dcos-token'],
  ['force', 'force'],
  ['no-rollback', 'rollback: false'],
  ['allow-unfetchable-uri', 'allow-unfetchable-uri'],
])('the setting %s of a deployment is worded %j', (name, expected) => {
  expect(inputWording(DEPLOY_INPUTS)(name)).toBe(expected)
})
