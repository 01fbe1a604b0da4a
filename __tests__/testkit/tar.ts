import { extract, type Header, pack } from 'tar-stream'

/** A member of a tar, with every field as given and nothing checked. */
export interface TarEntry {
  path: string
  /** A regular file where absent. */
  type?: Header['type']
  content?: string | Uint8Array
  linkname?: string
  /** Not 0, which becomes 0644; `headerBlock` can do that. */
  mode?: number
  uid?: number
  gid?: number
  uname?: string
  gname?: string
  /** Seconds since the epoch. */
  mtime?: number
  devmajor?: number
  devminor?: number
  /** Records of a pax header in front of the member, such as `size` or `GNU.sparse.major`. */
  pax?: Record<string, string>
}

/** Bytes that go into the tar as they are, such as those of `headerBlock` or `gnuLongName`. */
export interface RawBlocks {
  raw: Uint8Array
}

const END = Buffer.alloc(1024)

/** A tar of the members in the order given, the end mark included. */
export async function tarOf(members: Iterable<TarEntry | RawBlocks>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (const member of members) parts.push('raw' in member ? member.raw : await memberBytes(member))
  return Buffer.concat([...parts, END])
}

async function memberBytes({ path, content, mtime = 0, ...rest }: TarEntry): Promise<Buffer> {
  const stream = pack()
  const name = rest.type === 'directory' && !path.endsWith('/') ? `${path}/` : path
  const header = { ...rest, name, mtime: new Date(mtime * 1000) }
  if (rest.type === undefined || rest.type === 'file') stream.entry(header, Buffer.from(content ?? ''))
  else stream.entry(header)
  stream.finalize()
  return (await contentOf(stream)).subarray(0, -END.length)
}

/** The members of a well-formed tar; files have their `content`. */
export async function readTar(tar: Uint8Array): Promise<TarEntry[]> {
  const stream = extract()
  stream.end(Buffer.from(tar))
  const entries: TarEntry[] = []
  for await (const member of stream) {
    const { header } = member
    const content = await contentOf(member)
    entries.push({
      path: header.name,
      type: header.type,
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      mtime: header.mtime.getTime() / 1000,
      ...(header.linkname ? { linkname: header.linkname } : {}),
      ...(header.type === 'file' ? { content } : {}),
    })
  }
  return entries
}

async function contentOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** The fields of one header block as text, padded with NUL where short. */
export interface HeaderFields {
  name: string
  /** One character: `0` file, `1` hard link, `2` symlink, `5` directory, `L` GNU long name, `S` GNU sparse … */
  typeflag?: string
  /** Octal digits, which need not be true. */
  mode?: string
  uid?: string
  gid?: string
  size?: string | Uint8Array
  mtime?: string
  linkname?: string
  /** Six octal digits instead of the right sum. */
  checksum?: string
  /** `ustar\0` and version, or GNU's `ustar  \0`. */
  magic?: string
}

/** A 512-byte header written field by field (POSIX ustar), for what a tar library refuses to write. */
export function headerBlock(fields: HeaderFields): Buffer {
  const block = Buffer.alloc(512)
  const put = (offset: number, length: number, value: string | Uint8Array) =>
    Buffer.from(value).copy(block, offset, 0, length)
  put(0, 100, fields.name)
  put(100, 8, fields.mode ?? '0000644')
  put(108, 8, fields.uid ?? '0000000')
  put(116, 8, fields.gid ?? '0000000')
  put(124, 12, fields.size ?? '00000000000')
  put(136, 12, fields.mtime ?? '00000000000')
  put(148, 8, ' '.repeat(8))
  put(156, 1, fields.typeflag ?? '0')
  put(157, 100, fields.linkname ?? '')
  put(257, 8, fields.magic ?? 'ustar\u000000')
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, 8, `${fields.checksum ?? sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/**
 * The member that GNU tar, and so Habitat's builder, puts before one whose name (`L`) or link target (`K`) is over
 * 100 bytes; the member that follows has the name cut short.
 */
export function gnuLongName(name: string, typeflag: 'L' | 'K' = 'L'): RawBlocks {
  const content = Buffer.from(`${name}\0`)
  const header = headerBlock({
    name: '././@LongLink',
    typeflag,
    size: content.length.toString(8).padStart(11, '0'),
    magic: 'ustar  \0',
  })
  return { raw: Buffer.concat([header, padded(content)]) }
}

/** Content filled up to whole blocks, as it stands behind a header. */
export function padded(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc(-content.length & 511)])
}
