import fc from 'fast-check'
import { changedBytes, somewhere } from './bytes.ts'
import { AWKWARD } from './text.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const DEEP = '<deep>'

/** Names of inherited members. */
const INHERITED = ['toString', 'valueOf', 'length', 'hasOwnProperty', 'then', 'toJSON', '0', 'size']

/** `String` throws an exception for it. */
const UNPRINTABLE: Json = { toString: 1, valueOf: 1 } as never

/** Values that may replace others, mostly unusual ones. */
function values(words: readonly string[]): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Json>(...AWKWARD, ...words) },
    {
      weight: 6,
      arbitrary: fc.constantFrom<Json>(null, true, false, 0, -0, -1, 0.5, 65536, 2 ** 31, 2 ** 53, 1e308),
    },
    { weight: 2, arbitrary: fc.constantFrom<Json>([], {}, [null], [[]], { x: 1 }, UNPRINTABLE) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
    { weight: 1, arbitrary: fc.constant(DEEP) },
  )
}

interface Edit {
  at: number
  kind: 'replace' | 'drop' | 'add' | 'rename' | 'copy' | 'repeat'
  value: Json
  key: string
  other: number
  times: number
}

/**
 * JSON text of a value in which one to four parts were replaced, dropped, added, renamed, repeated or copied; sometimes
 * text that is not JSON.
 * @param words what may be inserted, besides `AWKWARD`
 */
export function changedJson(original: unknown, words: readonly string[] = []): fc.Arbitrary<string> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: somewhere,
    kind: fc.constantFrom('replace', 'replace', 'drop', 'add', 'rename', 'copy', 'repeat'),
    value: values(words),
    key: fc.constantFrom(...AWKWARD, ...INHERITED, ...words),
    other: somewhere,
    times: fc.oneof({ weight: 10, arbitrary: fc.constant(2) }, { weight: 1, arbitrary: fc.nat(3000) }),
  })
  const depth = fc.constantFrom(20, 500, 5_000, 100_000)
  const text = fc
    .tuple(fc.array(edit, { minLength: 1, maxLength: 4 }), depth)
    .map(([edits, depth]) => written(edits.reduce(edited, original as Json), depth))
  const broken = text.chain(text => changedBytes(Buffer.from(text)).map(String))
  return fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: broken })
}

function written(value: Json, depth: number): string {
  return JSON.stringify(value).replaceAll(JSON.stringify(DEEP), '['.repeat(depth) + ']'.repeat(depth))
}

/** The paths of all parts of a value, starting with its own. */
function* ways(value: Json, way: readonly string[] = []): Generator<readonly string[]> {
  yield way
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) yield* ways(part as Json, [...way, key])
}

function edited(before: Json, { at, kind, value, key, other, times }: Edit): Json {
  const all = [...ways(before)]
  const way = all[at % all.length]!
  const last = way.at(-1)
  switch (kind) {
    case 'replace':
      return changed(before, way, () => [[last, value]])
    case 'copy': {
      const from = all[other % all.length]!
      const part = from.reduce<Json>((part, key) => (part as Record<string, Json>)[key]!, before)
      return changed(before, way, () => [[last, part]])
    }
    case 'drop':
      return changed(before, way, () => [])
    case 'rename':
      return changed(before, way, part => [[key, part]])
    case 'repeat':
      return changed(before, way, part =>
        Array.from({ length: Math.min(times, mostOf(part)) }, (_, n) => [
          n === 0 ? last : `${last}${n}`,
          part,
        ]),
      )
    case 'add':
      return changed(before, way, part => [
        [last, part],
        [key, value],
      ])
  }
}

/** How often a part may be repeated without making the text larger than some megabytes. */
function mostOf(part: Json): number {
  return Math.ceil(1e6 / JSON.stringify(part).length)
}

type Member = [key: string | undefined, value: Json]

/** A value with other members instead of the one at a path. The top cannot be dropped or have siblings. */
function changed(before: Json, [key, ...rest]: readonly string[], instead: (part: Json) => Member[]): Json {
  if (key === undefined) return instead(before)[0]?.[1] ?? null
  const members = Object.entries(before as Record<string, Json>).flatMap(([name, part]): Member[] => {
    if (name !== key) return [[name, part]]
    return rest.length === 0 ? instead(part) : [[name, changed(part, rest, instead)]]
  })
  if (Array.isArray(before)) return members.map(([, part]) => part)
  // Unlike assignment, this creates a member called __proto__.
  return Object.fromEntries(members)
}
