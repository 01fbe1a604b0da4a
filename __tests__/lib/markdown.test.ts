import { expect, test } from 'vitest'
import { code, fenced } from '../../src/lib/markdown.ts'

test.each([
  ['a', '`a`'],
  ['`a', '`` `a ``'],
  ['a``b|c\nd', '```a``b\\|c d```'],
])('a code span of %j', (text, expected) => {
  expect(code(text)).toBe(expected)
})

test('a code span and a fence of text with very many backticks', () => {
  const text = '`\n'.repeat(500_000)
  expect(code(text).startsWith('`` `')).toBe(true)
  expect(fenced('text', text).startsWith('```text\n')).toBe(true)
})
