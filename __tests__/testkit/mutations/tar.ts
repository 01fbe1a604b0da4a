import fc from 'fast-check'
import { gnuLongName, headerBlock, padded, type TarEntry, tarOf } from '../tar.ts'
import { changedBytes, somewhere } from './bytes.ts'

const BLOCK = 512

// Offset and length of each field of a header (POSIX pax, "ustar Interchange Format"), and of two GNU fields.
const FIELDS: readonly (readonly [offset: number, length: number])[] = [
  [0, 100],
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
  [156, 1],
  [157, 100],
  [257, 8],
  [265, 32],
  [329, 8],
  [345, 155],
  [345, 12],
  [482, 1],
]

const VALUES = [
  '',
  '0',
  '1',
  '77777777777',
  '-1',
  '0x1f',
  ' 644 ',
  '00000000001\0',
  '1 7',
  'ustar\x0000',
  'ustar  \0',
  'ustar\x0001',
  '\x80\0\0\0\0\0\0\x01',
  '\x80\0\0\0\0\0\0\0\0\0\x02\0',
  '\xff\xff\xff\xff\xff\xff\xff\xff',
  '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
  ...'0123456789gxLKSVDNM\0',
]

/** Keys of pax records; each reader knows different ones. */
const RECORDS = [
  'path',
  'linkpath',
  'size',
  'mtime',
  'uid',
  'comment',
  'hdrcharset',
  'charset',
  'mode',
  'uname',
  'atime',
  'GNU.sparse.major',
  'GNU.sparse.name',
  'SCHILY.realsize',
  'SCHILY.filetype',
  'SCHILY.nlink',
  'SCHILY.xattr.user.a',
  'LIBARCHIVE.creationtime',
  'LIBARCHIVE.symlinktype',
  'GNU.volume.label',
  'GNU.volume.offset',
]

/**
 * A well-formed tar with changed bytes, with changed header fields and correct checksums, or with members dropped,
 * doubled, exchanged or inserted.
 * @param paths names and link targets that may be inserted
 * @param others members that may be inserted
 */
export function changedTar(
  original: Buffer,
  paths: readonly string[],
  others: readonly Buffer[],
): fc.Arbitrary<Buffer> {
  const members = membersOf(original)
  const value = fc.oneof(
    fc.constantFrom(...VALUES, ...paths).map(text => Buffer.from(text, 'latin1')),
    fc.uint8Array({ maxLength: 20 }),
  )
  const field = fc
    .tuple(somewhere, fc.constantFrom(...FIELDS), value)
    .map(([at, [offset, length], bytes]) => (tar: readonly Buffer[]) => {
      const index = at % tar.length
      const block = Buffer.from(tar[index]!)
      // An extension header comes before the member's own.
      const start = at % 2 === 0 ? 0 : Math.max(0, headersIn(block).at(-1)!)
      block.fill(0, start + offset, start + offset + length)
      block.set(bytes.subarray(0, length), start + offset)
      sign(block, start)
      return tar.with(index, block)
    })
  const moved = fc
    .tuple(somewhere, somewhere, fc.constantFrom('drop', 'double', 'exchange'))
    .map(([a, b, kind]) => (tar: readonly Buffer[]) => {
      const [from, to] = [a % tar.length, b % tar.length]
      if (kind === 'drop') return tar.toSpliced(from, 1)
      if (kind === 'double') return tar.toSpliced(to, 0, tar[from]!)
      return tar.with(from, tar[to]!).with(to, tar[from]!)
    })
  const put = fc.tuple(somewhere, fc.oneof(strangeBlocks(paths), fc.constantFrom(...others))).map(
    ([at, raw]) =>
      (tar: readonly Buffer[]) =>
        tar.toSpliced(at % (tar.length + 1), 0, raw),
  )
  const edits = fc.array(fc.oneof(field, field, moved, put), { minLength: 1, maxLength: 4 })
  const rebuilt = edits.map(edits => {
    const changed = edits.reduce<readonly Buffer[]>(
      (tar, edit) => (tar.length > 0 ? edit(tar) : tar),
      members,
    )
    return Buffer.concat([...changed, Buffer.alloc(2 * BLOCK)])
  })
  return fc.oneof({ weight: 3, arbitrary: rebuilt }, { weight: 1, arbitrary: changedBytes(original, paths) })
}

/** Members of every type, most of them invalid in some way; always the same ones. */
export function strangeMembers(paths: readonly string[], count: number): Promise<Buffer[]> {
  const path = fc.constantFrom(...paths.filter(path => path !== ''))
  const value = fc.oneof(path, fc.nat(2000).map(String))
  const member = fc.record<TarEntry>(
    {
      path,
      type: fc.constantFrom('file', 'directory', 'symlink', 'link', 'fifo', 'character-device'),
      // The test kit cannot write a link without a target.
      linkname: path,
      content: fc.string({ maxLength: 600 }),
      mode: fc.integer({ min: 1, max: 0o7777 }),
      pax: fc.dictionary(fc.constantFrom(...RECORDS), value, { maxKeys: 2 }),
    },
    { requiredKeys: ['path', 'linkname'] },
  )
  return Promise.all(fc.sample(member, { seed: 1, numRuns: count }).map(bytesOfMember))
}

/** A member as it is in a tar. */
export async function bytesOfMember(member: TarEntry): Promise<Buffer> {
  return (await tarOf([member])).subarray(0, -2 * BLOCK)
}

/** Blocks that can be inserted anywhere. */
export function strangeBlocks(paths: readonly string[]): fc.Arbitrary<Buffer> {
  const path = fc.constantFrom(...paths)
  const record = fc
    .tuple(fc.constantFrom(...RECORDS), fc.oneof(path, fc.nat(2000).map(String)))
    .map(([key, value]) => paxRecord(key, value))
  const pax = fc
    .tuple(fc.constantFrom('x', 'g', 'X'), fc.array(record, { minLength: 1, maxLength: 3 }))
    .map(([typeflag, records]) => extension(typeflag, Buffer.concat(records)))
  const long = fc
    .tuple(path, fc.constantFrom<'L' | 'K'>('L', 'K'))
    .map(([name, flag]) => gnuLongName(name, flag).raw)
  return fc
    .oneof(pax, long, fc.constant(Buffer.alloc(BLOCK)), fc.uint8Array({ minLength: BLOCK, maxLength: BLOCK }))
    .map(raw => Buffer.from(raw))
}

function extension(typeflag: string, content: Buffer): Buffer {
  const size = content.length.toString(8).padStart(11, '0')
  return Buffer.concat([headerBlock({ name: 'PaxHeader', typeflag, size }), padded(content)])
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`)
  // The length includes its own digits.
  const digits = [1, 2, 3, 4].find(digits => `${rest.length + digits}`.length === digits)!
  return Buffer.concat([Buffer.from(`${rest.length + digits}`), rest])
}

/** The members of a well-formed tar, each with its extension headers. */
function membersOf(tar: Buffer): Buffer[] {
  const members: Buffer[] = []
  let start = 0
  for (const header of headersIn(tar)) {
    if (isExtension(tar, header)) continue
    const end = endOf(tar, header)
    members.push(tar.subarray(start, end))
    start = end
  }
  return members
}

/** The offsets of the headers in a well-formed tar or a part of one. */
function headersIn(tar: Buffer): number[] {
  const offsets: number[] = []
  for (let at = 0; at < tar.length && tar[at] !== 0; at = endOf(tar, at)) offsets.push(at)
  return offsets.length > 0 ? offsets : [0]
}

function endOf(tar: Buffer, header: number): number {
  const size = Number.parseInt(tar.toString('latin1', header + 124, header + 135), 8) || 0
  return header + BLOCK + Math.ceil(size / BLOCK) * BLOCK
}

function isExtension(tar: Buffer, header: number): boolean {
  return 'xgLK'.includes(String.fromCharCode(tar[header + 156]!))
}

function sign(tar: Buffer, start: number): void {
  tar.fill(' ', start + 148, start + 156)
  const sum = tar.subarray(start, start + BLOCK).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148, 'latin1')
}
