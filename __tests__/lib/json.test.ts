import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  anyObject,
  list,
  object,
  parsed,
  pattern,
  readJson,
  readValue,
  text,
  truth,
  whole,
} from '../../src/lib/json.ts'

const SCHEMA = object({
  name: text,
  items: list(object({ size: whole(), mode: v.optional(whole(0o777)), kept: truth })),
  sum: v.optional(pattern(/^[0-9a-f]{4}$/, 'four hex digits')),
  date: v.optional(
    parsed(text, value => {
      const time = Date.parse(value)
      if (Number.isNaN(time)) throw new Error(`${value} was never.`)
      return time
    }),
  ),
})
const good = {
  name: 'a',
  items: [{ size: 0, mode: 0o777, kept: true }],
  sum: 'beef',
  date: '1970-01-01T00:00:01Z',
}

function problems(changes: object): readonly string[] {
  const { value, problems } = readJson(SCHEMA, JSON.stringify({ ...good, ...changes }))
  expect(value).toBeUndefined()
  return problems!
}

describe('what is as it should be', () => {
  test('is read, without the rest', () => {
    expect(readJson(SCHEMA, JSON.stringify({ ...good, more: 1, __proto__: { x: 1 } }))).toEqual({
      value: { ...good, date: 1000 },
    })
  })

  test('may be an object of any kind', () => {
    const event = JSON.parse('{"__proto__": {"x": 1}, "a": null}')
    expect(readValue(anyObject, event).value).toBe(event)
  })
})

describe('what is not', () => {
  test.each([
    ['', 'it is not valid JSON'],
    ['{"name": 1', 'it is not valid JSON'],
    ['null', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    ['"{}"', 'it is not a JSON object'],
  ])('%s as a whole', (json, problem) => {
    expect(readJson(SCHEMA, json)).toEqual({ problems: [problem] })
  })

  test.each<[object, string]>([
    [{ name: undefined }, 'name is missing'],
    [{ name: null }, 'name is null, not text'],
    [{ name: ['a'] }, 'name is ["a"], not text'],
    [{ items: {} }, 'items is {}, not a list'],
    [{ items: [[]] }, 'items[0] is [], not a JSON object'],
    [{ items: [good.items[0], { size: 1 }] }, 'items[1].kept is missing'],
    [{ items: [{ size: 1, kept: 'true' }] }, 'items[0].kept is "true", not true or false'],
    ...[-1, 0.5, 2 ** 53, '1', null].map(
      size =>
        [
          { items: [{ size, kept: true }] },
          `items[0].size is ${JSON.stringify(size)}, not a whole number`,
        ] as [object, string],
    ),
    [{ items: [{ size: 1, mode: 512, kept: true }] }, 'items[0].mode is 512, not a whole number up to 511'],
    [{ sum: 'BEEF' }, 'sum is "BEEF", not four hex digits'],
    [{ date: 'Friday' }, 'date: Friday was never'],
    [{ date: 5 }, 'date is 5, not text'],
  ])('in a field: %j', (changes, problem) => {
    expect(problems(changes)).toEqual([problem])
  })

  test('is all named at once', () => {
    expect(problems({ name: 1, items: [{}], sum: '' })).toEqual([
      'name is 1, not text',
      'items[0].size is missing',
      'items[0].kept is missing',
      'sum is "", not four hex digits',
    ])
  })

  test('is quoted on one line, and briefly', () => {
    const [problem, ...more] = problems({ name: { x: '\u001b[31m\n'.repeat(100_000) } })
    expect(more).toEqual([])
    expect(problem).toMatch(/^name is \{"x":"(\\u001b\[31m\\n)+.{0,12}…, not text$/)
    expect(problem!.length).toBeLessThan(130)
  })

  test('quotes field names that are not valid in JavaScript', () => {
    const schema = object({ 'x86_64-linux': list(text), 'a"b': v.optional(text) })
    expect(readValue(schema, { 'x86_64-linux': [1], 'a"b': 2 }).problems).toEqual([
      '["x86_64-linux"][0] is 1, not text',
      '["a\\"b"] is 2, not text',
    ])
  })
})
