import { quote } from '../../lib/quote.ts'
import { ByteReader } from './byte-reader.ts'
import { type MemberHead, memberOf } from './member.ts'
import { type Overrides, parsePax } from './pax.ts'
import { cString, decodeHeader, type TarHeader } from './read-header.ts'
import { malformed } from './tar-error.ts'

export type TarMember =
  | Exclude<MemberHead, { type: 'file' }>
  | (Extract<MemberHead, { type: 'file' }> & { content: AsyncIterable<Uint8Array> })

const BLOCK = 512
// A pax header may have other records besides names.
const EXTENSION_LIMIT = 64 * 1024

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
  /** What extension headers say about the next member; undefined if there was none. */
  let overrides: Overrides | undefined
  try {
    for (;;) {
      const block = await bytes.exactly(BLOCK)
      if (block.every(byte => byte === 0)) {
        if (overrides) throw malformed(name, 'an extension header describes no member')
        await bytes.zerosToEnd()
        return
      }
      const header = decodeHeader(block, name)
      const read = EXTENSIONS[header.type]
      if (read) {
        const content = await extension(bytes, header, name)
        overrides = added(overrides ?? {}, read(content, name), name)
        continue
      }
      const member = memberOf({ ...header, ...overrides }, name)
      overrides = undefined
      if (member.type !== 'file') {
        yield member
        continue
      }
      yield { ...member, content: bytes.content(member.size) }
      await bytes.skipRest()
      await bytes.exactly(padding(member.size))
    }
  } finally {
    await bytes.close()
  }
}

/** What extension headers say about the member that follows them, by their type. */
const EXTENSIONS: Readonly<Record<string, (content: Buffer, name: string) => Overrides>> = {
  // GNU's, for names that do not fit into a header.
  L: content => ({ path: cString(content) }),
  K: content => ({ linkpath: cString(content) }),
  x: parsePax,
  // For all members. It may hold a comment, as git writes it, but nothing that changes members.
  g(content, name) {
    if (Object.keys(parsePax(content, name)).length === 0) return {}
    throw malformed(name, 'a global pax header changes its members')
  },
}

/** Adds what another extension header says; if two contradict each other, readers choose differently. */
function added(overrides: Overrides, more: Overrides, name: string): Overrides {
  for (const [key, value] of Object.entries(more)) {
    if (key in overrides) throw malformed(name, `two extension headers give one member a ${key}`)
    if (value === '') throw malformed(name, `an extension header gives a member an empty ${key}`)
  }
  return { ...overrides, ...more }
}

async function extension(bytes: ByteReader, { type, size }: TarHeader, name: string): Promise<Buffer> {
  if (size > EXTENSION_LIMIT) throw malformed(name, `an extension header has ${size} bytes`)
  const content = Buffer.from(await bytes.exactly(size))
  const [next] = await bytes.exactly(padding(size))
  // GNU tar takes a name to go on until a NUL, in the padding, too.
  if (type !== 'x' && type !== 'g' && next && !content.includes(0)) {
    throw malformed(name, `the long name ${quote(cString(content))} continues after its ${size} bytes`)
  }
  return content
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}
