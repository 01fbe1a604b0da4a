import { quote } from '../../lib/quote.ts'
import { malformed } from './tar-error.ts'

/** What a tar header says about its member. */
export interface TarHeader {
  /** One character: `0` a file, `5` a directory, `x` a pax header… */
  type: string
  path: string
  linkpath: string
  mode: number
  /** Bytes of content. */
  size: number
  /** Seconds since the epoch, whole. */
  mtime: number
}

const POSIX = 'ustar\x0000'
const GNU = 'ustar  \0'
const SEVENTH_EDITION = '\0'.repeat(8)

// The times that a Date can represent.
const FARTHEST_TIME = 8_640_000_000_000

/**
 * Reads a header of 512 bytes (POSIX pax, "ustar Interchange Format"; "Basic Tar Format" of the GNU tar manual).
 * Stricter than common readers, which skip over what they do not understand, each in its own way.
 * @throws MesosizeError TAR_FORMAT
 */
export function decodeHeader(block: Buffer, name: string): TarHeader {
  const number = (
    field: string,
    offset: number,
    length: number,
    least = 0,
    most = Number.MAX_SAFE_INTEGER,
  ) => {
    const value = parseNumber(block.subarray(offset, offset + length))
    if (value === undefined || value < least || value > most) {
      throw malformed(name, `a header has an invalid ${field}`)
    }
    return value
  }
  if (parseNumber(block.subarray(148, 156)) !== checksum(block)) {
    throw malformed(name, 'the checksum of a header is wrong')
  }
  // Unpacking does not use these, so they may be any numbers, such as -2 for nobody, but they must be numbers: some
  // readers take anything else for the end of the archive.
  number('owner', 108, 8, -Infinity, Infinity)
  number('group', 116, 8, -Infinity, Infinity)
  number('device number', 329, 8, -Infinity, Infinity)
  number('device number', 337, 8, -Infinity, Infinity)
  const format = block.toString('latin1', 257, 265)
  if (![POSIX, GNU, SEVENTH_EDITION].includes(format)) throw malformed(name, 'a header has an unknown format')
  const prefix = cString(block.subarray(345, 500))
  // Some readers use it in any format.
  if (prefix !== '' && format !== POSIX) {
    throw malformed(name, 'a header has a prefix, which its format does not have')
  }
  // Some readers add another slash, others do not.
  if (prefix.endsWith('/')) throw malformed(name, `the prefix ${quote(prefix)} of a name ends in a slash`)
  const path = cString(block.subarray(0, 100))
  return {
    type: block.toString('latin1', 156, 157).replace('\0', '0'),
    path: prefix === '' ? path : `${prefix}/${path}`,
    linkpath: cString(block.subarray(157, 257)),
    mode: number('mode', 100, 8),
    size: number('size', 124, 12),
    mtime: number('time', 136, 12, -FARTHEST_TIME, FARTHEST_TIME),
  }
}

/** Text up to the first NUL, or to the end. */
export function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

/** @returns undefined if it is not a number; 0 for a blank field */
function parseNumber(field: Buffer): number | undefined {
  // GNU's numbers for what octal digits cannot hold: two's complement after the first bit. Readers do not agree on
  // numbers with any other first byte.
  if (field[0] === 0x80 || field[0] === 0xff) {
    const value = BigInt.asIntN(field.length * 8 - 1, BigInt(`0x${field.toString('hex')}`))
    return Number(value)
  }
  const digits = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits || '0', 8)
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20
  for (let i = 0; i < block.length; i++) if (i < 148 || i >= 156) sum += block[i]!
  return sum
}
