import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { describe as describeRow, withInputs } from '../../build/action-inputs.ts'
import { ACTIONS } from '../../build/docs.ts'
import { inputsOf } from '../../src/settings/setting.ts'
import { README_WORKFLOWS, ROOT, read, stepsOf } from './documents.ts'

describe.each(Object.entries(ACTIONS))('%s', (path, table) => {
  const { inputs, outputs, runs } = parse(read(path))
  const rows = inputsOf(table)

  test('has the inputs of the table of settings', () => {
    expect(withInputs(read(path), table)).toBe(read(path))
  })

  test('has no input twice', () => {
    const names = rows.map(({ input }) => input)
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
  })

  test('describes every input and output in a sentence', () => {
    const all: Record<string, { description: string }> = { ...inputs, ...outputs }
    for (const [name, { description }] of Object.entries(all))
      expect(description, name).toMatch(/^[A-Z].*\.$/s)
  })

  test('has a default of true or false for flags, and for nothing else', () => {
    const flags = rows.filter(({ form }) => form === 'flag').map(({ input }) => input)
    const names = Object.keys(inputs).filter(name => /^(true|false)$/.test(inputs[name].default ?? ''))
    expect(names).toEqual(flags)
  })

  test('says for every secret that it is one', () => {
    const secrets = rows.filter(({ secret }) => secret).map(({ input }) => input)
    for (const name of secrets) expect(inputs[name].description, name).toMatch(/Give it as a secret\./)
    const ours = rows.map(({ input }) => input)
    const named = ours.filter(name => /token|password|origin-key$|service-account|headers/.test(name))
    expect(secrets).toEqual(named)
  })

  test('runs existing bundles, under Node 24', () => {
    expect(runs.using).toBe('node24')
    for (const file of [runs.main, runs.post].filter(Boolean)) {
      expect(existsSync(join(ROOT, dirname(path), file)), file).toBe(true)
    }
  })

  test('is given by the workflows of the documents what it has', () => {
    const folder = dirname(path).replace('.', '')
    const uses = `mesosize/mesosize${folder && `/${folder}`}@`
    const steps = README_WORKFLOWS.flatMap(({ text }) => stepsOf(text)).filter(step =>
      step.uses?.startsWith(uses),
    )
    expect(steps).not.toEqual([])
    for (const { with: given = {} } of steps) {
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
    }
  })
})

const read_ = (text: string) => text

describe('the description of a setting', () => {
  test.each([
    [{ form: 'flag', input: 'a', help: 'do it' }, undefined, 'Whether to do it.'],
    [
      { form: 'text', input: 'a', value: 'X', help: 'memory', unit: 'MiB', default: '1', read: read_ },
      undefined,
      'Memory, in MiB.',
    ],
    [
      { form: 'text', input: 'a', value: 'X', help: 'kind', choices: ['b', 'c'], read: read_ },
      '`publish: http`',
      'Kind. One of `b`, `c`. Only for `publish: http`.',
    ],
    [
      { form: 'lines', input: 'a', value: 'DIR', help: 'folders', details: 'More.', read: read_ },
      undefined,
      'Folders. One `DIR` per line. More.',
    ],
    [
      { form: 'pairs', input: 'a', value: 'KEY=VALUE', help: 'labels', keyProblem: () => undefined },
      undefined,
      'Labels. `KEY=VALUE` lines or a JSON object.',
    ],
    [
      { form: 'text', input: 'a', value: 'X', help: 'token', secret: true, read: read_ },
      undefined,
      'Token. Give it as a secret.',
    ],
  ] as const)('%j', (row, when, expected) => {
    expect(describeRow(row, { when })).toBe(expected)
  })
})
