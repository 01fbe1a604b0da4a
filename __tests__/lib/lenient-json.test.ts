import * as v from 'valibot'
import { expect, test } from 'vitest'
import { object, text, whole } from '../../src/lib/json.ts'
import { each, fields, maybe, word } from '../../src/lib/lenient-json.ts'

const SCHEMA = fields({
  id: maybe(word),
  count: v.fallback(whole(), 0),
  place: fields({ host: maybe(word), ports: each(whole()) }),
  items: each(object({ name: text })),
})
const nothing = { count: 0, place: { ports: [] }, items: [] }

test('reads what fits, and leaves out the rest', () => {
  const answer = {
    id: 'a1',
    count: 3,
    place: { host: 'agent', ports: [1, '2', null, 3], more: true },
    items: [{ name: 'a' }, null, { name: 7 }, [], { name: 'b' }],
  }
  expect(v.parse(SCHEMA, answer)).toEqual({
    id: 'a1',
    count: 3,
    place: { host: 'agent', ports: [1, 3] },
    items: [{ name: 'a' }, { name: 'b' }],
  })
})

test.each([
  undefined,
  null,
  'text',
  [],
  {},
  { id: 7, count: -1, place: null, items: null },
  { id: 'two words', count: 1.5, place: [], items: { length: 1, 0: { name: 'a' } } },
  { id: 'a\nb', count: null, place: { host: '', ports: 'no' }, items: 'no' },
])('takes %j for what it lacks', answer => {
  expect(v.parse(SCHEMA, answer)).toEqual(nothing)
})
