import { expect, test } from 'vitest'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording, optionWording } from '../../src/settings/wording.ts'

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
])('as an input, the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(inputWording(EXPORT)(name, value)).toBe(expected)
})

test.each([
  ['uri-base', undefined, '--uri-base'],
  ['sup-pkg', 'core/hab-sup', '--sup-pkg core/hab-sup'],
  ['no-health-check', undefined, '--no-health-check'],
  // It has a variable and no option.
  ['origin', undefined, 'HAB_ORIGIN'],
  // Only an action has it.
  ['uri-template', undefined, 'uri-template'],
])('as an option, the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(optionWording(EXPORT)(name, value)).toBe(expected)
})
