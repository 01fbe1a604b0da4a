import { quote } from '../../lib/quote.ts'
import { ByteReader } from './byte-reader.ts'
import { type Overrides, parsePax } from './pax.ts'
import { cString, decodeHeader } from './read-header.ts'
import { malformed } from './tar-error.ts'

export type TarMember = {
  path: string
  mode: number
  /** Seconds since the epoch, whole. */
  mtime: number
} & (
  | { type: 'directory' }
  | { type: 'file'; size: number; content: AsyncIterable<Uint8Array> }
  | { type: 'symlink' | 'hardlink'; linkpath: string }
)

const BLOCK = 512
// Longer names cannot be unpacked on Linux, where PATH_MAX includes the NUL after them.
const NAME_LIMIT = 4095
// A pax header may have other records besides names.
const EXTENSION_LIMIT = 64 * 1024

const REFUSED_TYPES: Record<string, string> = {
  '3': 'character device',
  '4': 'block device',
  '6': 'fifo',
  S: 'sparse file',
}

/**
 * Reads a tar archive (ustar, GNU and pax) member by member, in constant memory, and refuses whatever two
 * readers could understand differently. Owners are ignored, since unpacking does not use them. A member's content is valid
 * until the next member is requested.
 * @param chunks the archive, in pieces of any size
 * @param name what the archive is called in errors
 * @param limit maximum number of bytes of the archive
 * @throws MesosizeError TAR_FORMAT, ARCHIVE_TOO_LARGE
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limit: number,
): AsyncGenerator<TarMember> {
  const bytes = new ByteReader(chunks, name, limit)
  let overrides: Overrides = {}
  try {
    for (;;) {
      const block = await bytes.exactly(BLOCK)
      if (block.every(byte => byte === 0)) {
        if (Object.keys(overrides).length > 0)
          throw malformed(name, 'an extension header describes no member')
        await bytes.zerosToEnd()
        return
      }
      const header = decodeHeader(block, name)
      switch (header.type) {
        // GNU's members for names that do not fit into a header.
        case 'L':
          override(overrides, { path: cString(await extension(bytes, header.size, name)) }, name)
          continue
        case 'K':
          override(overrides, { linkpath: cString(await extension(bytes, header.size, name)) }, name)
          continue
        case 'x':
          override(overrides, parsePax(await extension(bytes, header.size, name), name), name)
          continue
        case 'g':
          // A global header may hold a comment, as git writes it; whatever would change members is refused.
          if (Object.keys(parsePax(await extension(bytes, header.size, name), name)).length > 0) {
            throw malformed(name, 'a global pax header changes its members')
          }
          continue
      }
      const { type, size, path, linkpath, mode, mtime } = { ...header, ...overrides }
      overrides = {}
      const common = { path: checkName(path, name), mode: mode & 0o7777, mtime }
      if (type === '0' || type === '7') {
        // Some readers take it for a directory, others for a file.
        if (path.endsWith('/')) throw malformed(name, `the file ${quote(path)} has the name of a directory`)
        yield { ...common, type: 'file', size, content: bytes.content(size) }
        await bytes.skipRest()
        await bytes.exactly(padding(size))
        continue
      }
      if (size !== 0) throw malformed(name, `${quote(path)} has content, but is not a file`)
      switch (type) {
        case '5':
          yield { ...common, type: 'directory' }
          break
        case '1':
        case '2':
          if (linkpath === '') throw malformed(name, `the link ${quote(path)} has no target`)
          yield {
            ...common,
            type: type === '1' ? 'hardlink' : 'symlink',
            linkpath: checkName(linkpath, name),
          }
          break
        default: {
          const what = REFUSED_TYPES[type] ?? `member of the type ${quote(type)}`
          throw malformed(name, `${quote(path)} is a ${what}; only files, directories and links are allowed`)
        }
      }
    }
  } finally {
    await bytes.close()
  }
}

/** Adds what another extension header says; if two contradict each other, readers choose differently. */
function override(overrides: Overrides, more: Overrides, name: string): void {
  for (const [key, value] of Object.entries(more)) {
    if (key in overrides) throw malformed(name, `two extension headers give one member a ${key}`)
    if (value === '') throw malformed(name, `an extension header gives a member an empty ${key}`)
  }
  Object.assign(overrides, more)
}

async function extension(bytes: ByteReader, size: number, name: string): Promise<Buffer> {
  if (size > EXTENSION_LIMIT) throw malformed(name, `an extension header has ${size} bytes`)
  const content = Buffer.from(await bytes.exactly(size))
  await bytes.exactly(padding(size))
  return content
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** Checks a name that was decoded as UTF-8: a name that cannot be decoded would be packed under another one. */
function checkName(decoded: string, name: string): string {
  if (decoded.includes('\0') || decoded.includes('\uFFFD')) {
    throw malformed(name, `the name ${quote(decoded)} is not UTF-8`)
  }
  if (Buffer.byteLength(decoded) > NAME_LIMIT) {
    throw malformed(name, `the name ${quote(decoded)} is longer than ${NAME_LIMIT} bytes`)
  }
  return decoded
}
