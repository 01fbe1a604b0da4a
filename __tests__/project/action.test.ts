import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { README_WORKFLOWS, ROOT, read, stepsOf, WORKFLOWS } from './documents.ts'

// "Metadata syntax for GitHub Actions" in GitHub's documentation.
const COLORS = ['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']
const ID = /^[A-Za-z_][\w-]*$/

const action = parse(read('action.yml'), { strict: true, uniqueKeys: true })
const inputs: [string, Record<string, unknown>][] = Object.entries(action.inputs)
const outputs: [string, Record<string, unknown>][] = Object.entries(action.outputs)

describe('action.yml', () => {
  test('has only fields that GitHub knows, and those that the Marketplace requires', () => {
    expect(Object.keys(action).toSorted()).toEqual(
      ['author', 'branding', 'description', 'inputs', 'name', 'outputs', 'runs'].toSorted(),
    )
    expect(action.name).toBe('Mesosize')
    expect(action.description).toMatch(/\S/)
    expect(COLORS).toContain(action.branding.color)
    expect(action.branding.icon).toMatch(/^[a-z-]+$/)
  })

  test('runs under Node 24', () => {
    expect(Object.keys(action.runs).toSorted()).toEqual(['main', 'post', 'using'])
    expect(action.runs.using).toBe('node24')
  })

  test.each(['main', 'post'])('has the program of %s', name => {
    expect(action.runs[name]).toMatch(/^dist\/[\w-]+\.js$/)
    expect(existsSync(join(ROOT, action.runs[name]))).toBe(true)
  })

  test.each(inputs)('input %s', (name, input) => {
    expect(name).toMatch(ID)
    expect(['description', 'required', 'default', 'deprecationMessage']).toEqual(
      expect.arrayContaining(Object.keys(input)),
    )
    expect(input.description).toMatch(/^[A-Z].*\.$/s)
    // The runner passes only text.
    expect(['string', 'undefined']).toContain(typeof input.default)
  })

  test.each(outputs)('output %s', (name, output) => {
    expect(name).toMatch(ID)
    // `value` is for composite actions.
    expect(Object.keys(output)).toEqual(['description'])
    expect(output.description).toMatch(/^[A-Z].*\.$/s)
  })
})

describe.each([...WORKFLOWS, ...README_WORKFLOWS])('$name', ({ text }) => {
  const own = stepsOf(text).filter(({ uses }) => uses === './' || uses?.startsWith('mesosize/mesosize@'))

  test('gives the action only inputs that it has', () => {
    const names = inputs.map(([name]) => name)
    for (const step of own) expect(names).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
  })

  test('gives it a package, a plan or a project file', () => {
    for (const { with: given = {} } of own) {
      const named = Object.keys(given).filter(name => name === 'package' || name === 'plan')
      expect(named.length).toBeLessThanOrEqual(1)
      if (named.length === 0) expect(given).toHaveProperty('settings')
    }
  })

  test('reads only outputs that it has', () => {
    const ids = own.flatMap(step => ('id' in step ? [String(step.id)] : []))
    const read = [...text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].filter(([, id = '']) =>
      ids.includes(id),
    )
    const names = outputs.map(([name]) => name)
    expect(names).toEqual(expect.arrayContaining(read.map(([, , name]) => name)))
  })
})
