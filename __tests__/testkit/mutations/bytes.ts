import fc from 'fast-check'

/**
 * A position in something of any length: use it modulo the length. `fc.double` is not suitable, because half of all
 * doubles from 0 to 1 are below 1e-154.
 */
export const somewhere = fc.nat()

interface Edit {
  at: number
  kind: 'set' | 'flip' | 'cut' | 'insert' | 'double' | 'end'
  bytes: Uint8Array
  length: number
}

/**
 * Bytes with one to four changes.
 * @param words what may be inserted, besides random bytes
 */
export function changedBytes(
  original: Uint8Array,
  words: readonly (string | Uint8Array)[] = [],
): fc.Arbitrary<Buffer> {
  const random = fc.uint8Array({ minLength: 1, maxLength: 20 })
  const known = words.map(word => Buffer.from(word as string))
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: somewhere,
    kind: fc.constantFrom('set', 'flip', 'cut', 'insert', 'double', 'end'),
    bytes: known.length > 0 ? fc.oneof(random, fc.constantFrom(...known)) : random,
    length: fc.oneof(fc.nat(40), fc.constantFrom(512, 1024)),
  })
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map(edits => edits.reduce(edited, Buffer.from(original)))
}

function edited(before: Buffer, { at, kind, bytes, length }: Edit): Buffer {
  const offset = at % (before.length + 1)
  const [start, rest] = [before.subarray(0, offset), before.subarray(offset)]
  switch (kind) {
    case 'set':
      return Buffer.concat([start, bytes, rest.subarray(bytes.length)])
    case 'flip':
      return Buffer.concat([start, rest.map((byte, i) => (i === 0 ? byte ^ (1 << (bytes[0]! & 7)) : byte))])
    case 'cut':
      return Buffer.concat([start, rest.subarray(length)])
    case 'insert':
      return Buffer.concat([start, bytes, rest])
    case 'double':
      return Buffer.concat([start, rest.subarray(0, length), rest])
    case 'end':
      return Buffer.from(start)
  }
}
