import { expect, test } from 'vitest'
import { nameOf } from '../../src/settings/setting.ts'
import { DEPLOY, EXPORT, REMOVE } from '../../src/settings/tables.ts'
import { inputWording, optionWording } from '../../src/settings/wording.ts'

test.each([
  ['uri-base', undefined, 'uri-base'],
  ['cpu', undefined, 'cpus'],
  ['label', undefined, 'labels'],
  ['sup-pkg', 'core/hab-sup', 'supervisor-package: core/hab-sup'],
  // The input that means the option is the other way round.
  ['no-health-check', undefined, 'health-check: false'],
  ['publish', 'release', 'publish: release'],
  // Only the command line has them.
  ['fs-root', undefined, undefined],
  ['cache', 'DIR', undefined],
])('as an input, the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(inputWording(EXPORT)(name, value)).toBe(expected)
})

test.each([
  ['uri-base', undefined, '--uri-base'],
  ['sup-pkg', 'core/hab-sup', '--sup-pkg core/hab-sup'],
  ['no-health-check', undefined, '--no-health-check'],
  // It has a variable and no option.
  ['origin', undefined, 'HAB_ORIGIN'],
  // Only an action has them.
  ['uri-template', undefined, undefined],
  ['publish', 'release', undefined],
])('as an option, the setting %s with the value %s is worded %j', (name, value, expected) => {
  expect(optionWording(EXPORT)(name, value)).toBe(expected)
})

test.each([
  ['export', EXPORT],
  ['deploy', DEPLOY],
  ['remove', REMOVE],
])('the %s action never names an option of the command line', (_, table) => {
  const word = inputWording(table)
  const names = [...EXPORT, ...DEPLOY, ...REMOVE].flatMap(({ rows }) => Object.values(rows).map(nameOf))
  expect(names.map(name => word(name, 'VALUE')).filter(written => written?.includes('--'))).toEqual([])
  expect(names.map(name => word(name)).filter(written => written === undefined)).not.toEqual([])
})
