import { expect, test } from 'vitest'
import { quote } from '../../src/lib/quote.ts'

test.each<[unknown, number | undefined, string]>([
  ['a\n"b"\u001b', undefined, String.raw`"a\n\"b\"\u001b"`],
  ['12345', 5, '"12345"'],
  ['123456', 5, '"12345…"'],
  [{ a: [1, null] }, undefined, '{"a":[1,null]}'],
  [{ a: '12345' }, 6, '{"a":"…'],
  [7, undefined, '7'],
])('quotes %j, cut after %s', (value, longest, quoted) => {
  expect(quote(value, longest)).toBe(quoted)
})

test('cuts text after 200 characters', () => {
  expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`)
  expect(quote('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`)
})
