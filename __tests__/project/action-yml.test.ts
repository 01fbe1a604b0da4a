import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXPORT_INPUTS, type Input } from '../../src/actions/shared/input-table.ts'
import { exportOptions } from '../../src/settings/options.ts'
import { ACTION } from '../e2e/run-action.ts'

const table: Record<string, Input> = EXPORT_INPUTS
const defaults = Object.fromEntries(
  Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default]),
)

describe('action.yml', () => {
  test('has the inputs that the action reads, in the same order', () => {
    expect(Object.keys(ACTION.inputs)).toEqual(Object.keys(table))
  })

  test('describes every input and output in a sentence', () => {
    for (const [name, { description }] of Object.entries({ ...ACTION.inputs, ...ACTION.outputs })) {
      expect(description, name).toMatch(/^[A-Z].*\.$/s)
    }
  })

  test.each(Object.entries(table).filter(([, { option, form }]) => option && form !== 'flag'))(
    'gives %s the default that the option has',
    (name, { option }) => {
      expect(defaults[name]).toBe(exportOptions.named(option!).default)
    },
  )

  test.each(
    Object.entries(table).filter(
      ([name, { option, form }]) => !option && form !== 'flag' && name !== 'github-token',
    ),
  )('gives %s the default that an empty text stands for', (name, input) => {
    expect(defaults[name]).toBe(input.default)
  })

  test('has a default of true or false for flags, and for nothing else', () => {
    const flags = Object.keys(table).filter(name => table[name]!.form === 'flag')
    expect(Object.keys(defaults).filter(name => /^(true|false)$/.test(defaults[name] ?? ''))).toEqual(flags)
    // One that is empty counts as what stands here.
    for (const name of flags) expect(table[name]!.default ?? 'false', name).toBe(defaults[name])
  })

  test('says of every secret that it is one', () => {
    const secrets = Object.keys(table).filter(name => table[name]!.secret && name !== 'github-token')
    for (const name of secrets) expect(ACTION.inputs[name]!.description, name).toMatch(/secret/)
    const ours = Object.keys(table).filter(name => /token|password|key$/.test(name))
    for (const name of ours) expect(table[name]!.secret, name).toBe(true)
  })

  test('runs bundles that are there, under Node 24', () => {
    expect(ACTION.runs.using).toBe('node24')
    for (const path of [ACTION.runs.main, ACTION.runs.post]) {
      expect(existsSync(join(import.meta.dirname, '../..', path)), path).toBe(true)
    }
  })
})
