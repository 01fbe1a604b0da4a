import type { Entry } from './entry.ts'

const BLOCK = 512

// The header's fields for names have 100 and 155 bytes, and some readers want a NUL at their end.
const NAME_LIMIT = 99
const PREFIX_LIMIT = 154

/** The number of the user, and of the group. */
const ROOT = 0

const TYPES = { directory: '5', file: '0', symlink: '2', hardlink: '1' } as const

/** The end of an archive: two blocks of zeros. */
export const END_OF_ARCHIVE = new Uint8Array(2 * BLOCK)

/**
 * The header blocks of one entry: ustar (POSIX pax, "ustar Interchange Format"), with GNU's `L` and `K` members
 * before it for names that are too long, and GNU's binary number for a size of 8 GiB or more. GNU tar, busybox and
 * libarchive read all of these, while busybox ignores pax headers. The owner is root, as a number without a
 * name, so that the agent's accounts do not matter.
 */
export function encodeHeader(entry: Entry): Buffer {
  const path = Buffer.from(entry.type === 'directory' ? `${entry.path}/` : entry.path)
  const target = Buffer.from(entry.type === 'symlink' || entry.type === 'hardlink' ? entry.target : '')
  const split = splitName(path)
  const header = encode({
    ...entry,
    size: entry.type === 'file' ? entry.size : 0,
    type: TYPES[entry.type],
    name: split?.name ?? beginning(path),
    prefix: split?.prefix,
    target: beginning(target),
  })
  if (split && target.length <= NAME_LIMIT) return header
  return Buffer.concat([
    ...(target.length <= NAME_LIMIT ? [] : [longName('K', target)]),
    ...(split ? [] : [longName('L', path)]),
    header,
  ])
}

/** Fills the last block of a file's content. */
export function padding(size: number): Uint8Array {
  return END_OF_ARCHIVE.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK)
}

/** @returns undefined if the name does not fit into the two fields */
function splitName(path: Buffer): { prefix?: Buffer; name: Buffer } | undefined {
  if (path.length <= NAME_LIMIT) return { name: path }
  // The slash between them is in neither; the one after a folder stays with the name.
  const slash = path.lastIndexOf('/', Math.min(PREFIX_LIMIT, path.length - 2))
  const name = path.subarray(slash + 1)
  return slash > 0 && name.length <= NAME_LIMIT ? { prefix: path.subarray(0, slash), name } : undefined
}

/** As much of a name as fits, in whole characters; a longer one is complete in the member before. */
function beginning(name: Buffer): Buffer {
  if (name.length <= NAME_LIMIT) return name
  let end = NAME_LIMIT
  // Bytes inside a character of UTF-8 begin with the bits 10.
  while ((name[end]! & 0xc0) === 0x80) end--
  return name.subarray(0, end)
}

/** A member that holds a name too long for the header of the next one. */
function longName(type: 'L' | 'K', name: Buffer): Buffer {
  // With a NUL at its end.
  const size = name.length + 1
  const header = encode({
    name: Buffer.from('././@LongLink'),
    target: Buffer.alloc(0),
    mode: 0o644,
    mtime: 0,
    size,
    type,
  })
  return Buffer.concat([header, name, Buffer.alloc(1), padding(size)])
}

interface Fields {
  name: Buffer
  prefix?: Buffer
  target: Buffer
  mode: number
  size: number
  mtime: number
  type: string
}

function encode({ name, prefix, target, mode, size, mtime, type }: Fields): Buffer {
  // A copy may share an allocation with others, which a zeroed buffer never does: there are many headers.
  const block = Buffer.from(EMPTY)
  block.set(name, 0)
  putNumber(block, 100, 8, mode)
  putNumber(block, 108, 8, ROOT)
  putNumber(block, 116, 8, ROOT)
  putNumber(block, 124, 12, size)
  putNumber(block, 136, 12, mtime)
  block[156] = type.charCodeAt(0)
  block.set(target, 157)
  if (prefix) block.set(prefix, 345)
  let sum = 0
  // By index, because an iterator takes several times as long.
  for (let at = 0; at < BLOCK; at++) sum += block[at]!
  putOctal(block, 148, 6, sum)
  block[154] = 0
  return block
}

/** What all headers have: the magic number and version, and a checksum of blanks, with which it is computed. */
const EMPTY = Buffer.alloc(BLOCK)
EMPTY.write('        ', 148, 'latin1')
EMPTY.write('ustar\x0000', 257, 'latin1')

/** Octal digits and a NUL, or, if these do not suffice, GNU's big-endian two's complement after a marker. */
function putNumber(block: Buffer, offset: number, length: number, value: number): void {
  const digits = length - 1
  if (value >= 0 && value < 8 ** digits) {
    putOctal(block, offset, digits, value)
    return
  }
  block.fill(value < 0 ? 0xff : 0, offset, offset + length)
  block.writeBigInt64BE(BigInt(value), offset + length - 8)
  block[offset]! |= 0x80
}

function putOctal(block: Buffer, offset: number, digits: number, value: number): void {
  let rest = value
  for (let at = offset + digits - 1; at >= offset; at--) {
    block[at] = 0x30 + (rest % 8)
    rest = Math.floor(rest / 8)
  }
}
