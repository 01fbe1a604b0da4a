import { Header } from 'tar/header'
import type { Entry } from '../entry.ts'
import { MesosizeError } from '../errors.ts'

const BLOCK = 512

// The header's fields for names have 100 bytes, and some readers want a NUL at their end.
const NAME_LIMIT = 99
// The largest octal number that a header's fields for owners hold (POSIX pax, "ustar Interchange Format").
const ID_LIMIT = 0o7777777

const TYPES = { directory: 'Directory', file: 'File', symlink: 'SymbolicLink', hardlink: 'Link' } as const

/** What ends an archive: two blocks of zeros. */
export const END_OF_ARCHIVE = new Uint8Array(2 * BLOCK)

/**
 * The header blocks of one entry: ustar, with GNU's `L` and `K` members before it for names that are too long,
 * and GNU's binary number for a size of 8 GiB or more. GNU tar, busybox and libarchive read all of these, while
 * busybox passes over pax headers. Owners have no names, so that the agent's accounts do not matter.
 * @throws MesosizeError ENTRY_UNPACKABLE for an owner that the format cannot hold
 */
export function encodeHeader(entry: Entry): Buffer {
  if (Math.max(entry.uid, entry.gid) > ID_LIMIT) {
    throw new MesosizeError(
      'ENTRY_UNPACKABLE',
      `${JSON.stringify(entry.path)} belongs to ${entry.uid}:${entry.gid}; a tarball holds owners up to ${ID_LIMIT}. Build the package as another user.`,
    )
  }
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path
  const target = entry.type === 'symlink' || entry.type === 'hardlink' ? entry.target : ''
  const fields = {
    path: beginning(path),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: entry.type === 'file' ? entry.size : 0,
    mtime: new Date(entry.mtime * 1000),
    type: TYPES[entry.type],
    linkpath: beginning(target),
    uname: '',
    gname: '',
  }
  return Buffer.concat([
    ...(fits(target) ? [] : [longName('NextFileHasLongLinkpath', target)]),
    ...(fits(path) ? [] : [longName('NextFileHasLongPath', path)]),
    encode(fields),
  ])
}

/** Fills the last block of a file's content. */
export function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
}

/** A member that holds a name too long for the header of the next one. */
function longName(type: 'NextFileHasLongPath' | 'NextFileHasLongLinkpath', name: string): Buffer {
  const content = Buffer.from(`${name}\0`, 'utf8')
  const fields = {
    path: '././@LongLink',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
    uname: '',
    gname: '',
  }
  return Buffer.concat([encode({ ...fields, size: content.length, type }), content, padding(content.length)])
}

function encode(fields: ConstructorParameters<typeof Header>[0]): Buffer {
  const block = Buffer.alloc(BLOCK)
  new Header(fields).encode(block)
  return block
}

function fits(name: string): boolean {
  return Buffer.byteLength(name) <= NAME_LIMIT
}

/** As much of a name as fits, whole characters; a longer one stands whole in the member before. */
function beginning(name: string): string {
  if (fits(name)) return name
  return Buffer.from(name, 'utf8')
    .toString('utf8', 0, NAME_LIMIT)
    .replace(/\uFFFD+$/, '')
}
