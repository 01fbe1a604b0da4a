import { Header } from 'tar/header'
import { MesosizeError } from '../errors.ts'

export type TarMember = {
  path: string
  mode: number
  uid: number
  gid: number
  /** Seconds since the epoch, whole. */
  mtime: number
} & (
  | { type: 'directory' }
  | { type: 'file'; size: number; content: AsyncIterable<Uint8Array> }
  | { type: 'symlink' | 'hardlink'; linkpath: string }
)

/** What extension headers say of the member that follows them. */
interface Overrides {
  path?: string
  linkpath?: string
  size?: number
  uid?: number
  gid?: number
  mtime?: number
}

const BLOCK = 512
// Linux paths end at 4096 bytes; a pax header may carry other records beside them.
const EXTENSION_LIMIT = 64 * 1024

/**
 * Reads a tar archive (ustar, GNU and pax) member by member, in constant memory, and refuses whatever two
 * readers could understand differently. A member's content is there until the next member is asked for.
 * @param chunks the archive, in pieces of any size
 * @param name what the archive is called in errors
 * @throws MesosizeError TAR_FORMAT
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<TarMember> {
  const bytes = new ByteReader(chunks, name)
  let overrides: Overrides = {}
  try {
    for (;;) {
      const block = await bytes.exactly(BLOCK)
      if (isZero(block)) {
        if (Object.keys(overrides).length > 0)
          throw malformed(name, 'an extension header describes no member')
        await bytes.toEnd()
        return
      }
      const header = decode(block, name)
      const size = overrides.size ?? header.size!
      switch (header.type) {
        case 'NextFileHasLongPath':
          overrides.path = cString(await extension(bytes, header.size!, name))
          continue
        case 'NextFileHasLongLinkpath':
          overrides.linkpath = cString(await extension(bytes, header.size!, name))
          continue
        case 'ExtendedHeader':
          Object.assign(overrides, parsePax(await extension(bytes, header.size!, name), name))
          continue
        case 'GlobalExtendedHeader':
          // A global header may hold a comment, as git writes it; whatever would change members is refused.
          if (Object.keys(parsePax(await extension(bytes, header.size!, name), name)).length > 0) {
            throw malformed(name, 'a global pax header changes its members')
          }
          continue
      }
      const path = overrides.path ?? header.path!
      const common = {
        path: text(path, name),
        mode: header.mode! & 0o7777,
        uid: overrides.uid ?? header.uid ?? 0,
        gid: overrides.gid ?? header.gid ?? 0,
        mtime: Math.floor(overrides.mtime ?? (header.mtime?.getTime() ?? 0) / 1000),
      }
      const linkpath = text(overrides.linkpath ?? header.linkpath ?? '', name)
      overrides = {}
      if (isFile(header.type)) {
        const content = bytes.content(size)
        yield { ...common, type: 'file', size, content }
        await bytes.skipRest()
        await bytes.padding(size)
        continue
      }
      if (size !== 0) throw malformed(name, `${JSON.stringify(path)} is a ${header.type} with content`)
      switch (header.type) {
        case 'Directory':
          yield { ...common, type: 'directory' }
          break
        case 'SymbolicLink':
        case 'Link':
          if (linkpath === '') throw malformed(name, `the link ${JSON.stringify(path)} points nowhere`)
          yield { ...common, type: header.type === 'Link' ? 'hardlink' : 'symlink', linkpath }
          break
        default:
          throw malformed(
            name,
            `${JSON.stringify(path)} is a ${header.type}; only files, directories and links are allowed`,
          )
      }
    }
  } finally {
    await bytes.close()
  }
}

function isFile(type: Header['type']): boolean {
  return type === 'File' || type === 'OldFile' || type === 'ContiguousFile'
}

function decode(block: Buffer, name: string): Header {
  let header: Header
  try {
    header = new Header(block)
  } catch (cause) {
    throw malformed(name, 'a header has an unreadable number', cause)
  }
  if (!header.cksumValid) throw malformed(name, 'the checksum of a header is wrong')
  const numbers = { size: header.size, mode: header.mode }
  for (const [field, value] of Object.entries(numbers)) {
    if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
      throw malformed(name, `${JSON.stringify(header.path)} has no sound ${field}`)
    }
  }
  // The library takes a file whose name ends in "/" for a directory and forgets its size; others read its content.
  if (header.type === 'Directory' && /[^0 \0]/.test(block.toString('latin1', 124, 136))) {
    throw malformed(name, `the directory ${JSON.stringify(header.path)} has content`)
  }
  return header
}

async function extension(bytes: ByteReader, size: number, name: string): Promise<Buffer> {
  if (size > EXTENSION_LIMIT) throw malformed(name, `an extension header has ${size} bytes`)
  const content = Buffer.from(await bytes.exactly(size))
  await bytes.padding(size)
  return content
}

/** Reads pax records, `LENGTH KEY=VALUE\n` (POSIX pax, "pax Extended Header"). */
function parsePax(content: Buffer, name: string): Overrides {
  const overrides: Overrides = {}
  for (let start = 0; start < content.length; ) {
    const length = /^([1-9]\d{0,8}) /.exec(content.toString('latin1', start, start + 10))?.[1]
    const end = start + Number(length)
    const record = content.subarray(start + (length?.length ?? 0) + 1, end - 1)
    const equals = record.indexOf('=')
    if (length === undefined || end > content.length || content[end - 1] !== 0x0a || equals < 1) {
      throw malformed(name, 'a pax header is malformed')
    }
    const key = record.toString('utf8', 0, equals)
    const value = record.toString('utf8', equals + 1)
    if (key === 'path' || key === 'linkpath') overrides[key] = value
    else if (key === 'size' || key === 'uid' || key === 'gid') overrides[key] = wholeNumber(key, value, name)
    else if (key === 'mtime') overrides.mtime = seconds(value, name)
    else if (key.startsWith('GNU.sparse.')) throw malformed(name, 'it holds sparse files')
    start = end
  }
  return overrides
}

function wholeNumber(key: string, value: string, name: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw malformed(name, `its pax ${key} is ${JSON.stringify(value)}`)
  return number
}

function seconds(value: string, name: string): number {
  if (!/^-?\d{1,12}(\.\d*)?$/.test(value)) throw malformed(name, `its pax mtime is ${JSON.stringify(value)}`)
  return Number(value)
}

function cString(content: Buffer): string {
  const end = content.indexOf(0)
  return content.toString('utf8', 0, end < 0 ? content.length : end)
}

/** Checks a name that was decoded as UTF-8: what cannot be decoded would be packed under another name. */
function text(decoded: string, name: string): string {
  if (decoded.includes('\0') || decoded.includes('\uFFFD')) {
    throw malformed(name, `the name ${JSON.stringify(decoded)} is not UTF-8`)
  }
  return decoded
}

function isZero(block: Buffer): boolean {
  return block.every(byte => byte === 0)
}

function malformed(name: string, problem: string, cause?: unknown): MesosizeError {
  return new MesosizeError('TAR_FORMAT', `The archive of ${name} is malformed: ${problem}.`, { cause })
}

/** Hands out a stream of chunks in the pieces that a format asks for. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #name: string
  #chunk: Buffer = Buffer.alloc(0)
  /** Bytes of the member's content that nobody has read yet. */
  #remaining = 0

  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#name = name
  }

  /** The next `count` bytes, valid until the next call. */
  async exactly(count: number): Promise<Buffer> {
    if (this.#chunk.length >= count) return this.#cut(count)
    const pieces: Buffer[] = []
    for (let missing = count; missing > 0; ) {
      const piece = await this.#upTo(missing)
      pieces.push(piece)
      missing -= piece.length
    }
    return Buffer.concat(pieces)
  }

  /** The next `count` bytes, for whoever wants them; `skipRest` passes over those that nobody read. */
  content(count: number): AsyncIterable<Uint8Array> {
    this.#remaining = count
    return this.#unread()
  }

  async *#unread(): AsyncGenerator<Uint8Array> {
    while (this.#remaining > 0) {
      const piece = await this.#upTo(this.#remaining)
      this.#remaining -= piece.length
      yield piece
    }
  }

  async skipRest(): Promise<void> {
    while (this.#remaining > 0) this.#remaining -= (await this.#upTo(this.#remaining)).length
  }

  async padding(size: number): Promise<void> {
    await this.exactly((BLOCK - (size % BLOCK)) % BLOCK)
  }

  /** Reads what follows the last member: only zeros may, and reading them lets the decoder check its sums. */
  async toEnd(): Promise<void> {
    for (;;) {
      if (this.#chunk.some(byte => byte !== 0))
        throw malformed(this.#name, 'there is something after its end')
      const { done, value } = await this.#chunks.next()
      if (done) return
      this.#chunk = asBuffer(value)
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #upTo(count: number): Promise<Buffer> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) throw malformed(this.#name, 'it ends in the middle')
      this.#chunk = asBuffer(value)
    }
    return this.#cut(Math.min(count, this.#chunk.length))
  }

  #cut(count: number): Buffer {
    const piece = this.#chunk.subarray(0, count)
    this.#chunk = this.#chunk.subarray(count)
    return piece
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
