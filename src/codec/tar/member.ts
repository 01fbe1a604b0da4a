import { quote } from '../../lib/quote.ts'
import type { TarHeader } from './read-header.ts'
import { malformed } from './tar-error.ts'

/** A member without its content. */
export type MemberHead = {
  path: string
  mode: number
  /** Seconds since the epoch, whole. */
  mtime: number
} & (
  | { type: 'directory' }
  | { type: 'file'; size: number }
  | { type: 'symlink' | 'hardlink'; linkpath: string }
)

// Longer names cannot be unpacked on Linux, where PATH_MAX includes the NUL after them.
const NAME_LIMIT = 4095

const TYPES: Readonly<Record<string, MemberHead['type']>> = {
  '0': 'file',
  // A contiguous file.
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
}

const REFUSED_TYPES: Readonly<Record<string, string>> = {
  '3': 'character device',
  '4': 'block device',
  '6': 'fifo',
  S: 'sparse file',
}

/**
 * Reads what a header and its extensions say about a member.
 * @param name what the archive is called in errors
 * @throws MesosizeError TAR_FORMAT
 */
export function memberOf(header: TarHeader, name: string): MemberHead {
  const { size, linkpath } = header
  const type = TYPES[header.type]
  const path = checkName(header.path, name)
  if (type === undefined) {
    const what = REFUSED_TYPES[header.type] ?? `member of the type ${quote(header.type)}`
    throw malformed(name, `${quote(path)} is a ${what}; only files, directories and links are allowed`)
  }
  // Some readers take it for a directory, others do not.
  if (path.endsWith('/') && type !== 'directory') {
    throw malformed(name, `the ${type} ${quote(path)} has the name of a directory`)
  }
  const common = { path, mode: header.mode & 0o7777, mtime: header.mtime }
  if (type === 'file') return { ...common, type, size }
  if (size !== 0) throw malformed(name, `${quote(path)} has content, but is not a file`)
  if (type === 'directory') return { ...common, type }
  if (linkpath === '') throw malformed(name, `the link ${quote(path)} has no target`)
  if (type === 'hardlink' && linkpath.endsWith('/')) {
    throw malformed(name, `the hardlink ${quote(path)} leads to ${quote(linkpath)}, the name of a directory`)
  }
  return { ...common, type, linkpath: checkName(linkpath, name) }
}

/** Checks a name that was decoded as UTF-8: a name that cannot be decoded would be packed under another one. */
function checkName(decoded: string, name: string): string {
  if (decoded === '') throw malformed(name, 'a member has no name')
  if (decoded.includes('\0') || decoded.includes('\uFFFD')) {
    throw malformed(name, `the name ${quote(decoded)} is not UTF-8`)
  }
  if (Buffer.byteLength(decoded) > NAME_LIMIT) {
    throw malformed(name, `the name ${quote(decoded)} is longer than ${NAME_LIMIT} bytes`)
  }
  return decoded
}
