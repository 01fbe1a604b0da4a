import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/lib/parse-json.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('parseJson', () => {
  test.each([
    '1',
    '"["',
    '{"a":[{"b":"}]\\"{{{"}],"c\\\\":null}',
    nested(200),
    JSON.stringify(nested(1_000)),
    `["\\"${'['.repeat(300)}","\\\\"]`,
    `[${'[],'.repeat(1_000)}1]`,
  ])('reads %j as JSON.parse does', text => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  test.each([nested(201), nested(1_000_000), '{"a":'.repeat(1_000_000), `["a\\\\",${nested(300)}]`])(
    'refuses what is nested too deep',
    text => {
      expect(() => parseJson(text)).toThrow(new SyntaxError('it is nested more than 200 levels deep'))
    },
  )

  test.each(['', '{', ']]]', '"', '"\\', nested(3).slice(1)])('refuses %j', text => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  test('gives values to a reviver', () => {
    expect(parseJson('{"a":1}', (_, value) => (value === 1 ? 2n : value))).toEqual({ a: 2n })
  })
})
