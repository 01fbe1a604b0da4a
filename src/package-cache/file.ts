import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { createXXHash128, type IHasher } from 'hash-wasm'
import { openRegular } from '../lib/open-regular.ts'
import { parseJson } from '../lib/parse-json.ts'

// The file of a kept package: the gzip members, a description as JSON, and a footer of 48 bytes with the magic, the
// description's length (8 bytes, big-endian) and its SHA-256. What is known last comes last, so that the file is
// written in one go.
const MAGIC = Buffer.from('MESOPKG3', 'latin1')
const FOOTER = 48
/** The largest descriptions are those of packages with very many programs. */
const DESCRIPTION_LIMIT = 64 << 20
const CHUNK = 1 << 20
/** Follows the last chunk. */
const END = new Uint8Array()
/** Buffers for a reader that are not in use. To make and free them takes as long as to read a small package. */
const spare: Buffer<ArrayBuffer>[][] = []

/** What the file of a kept package says about the members in it. */
export interface KeptDescription {
  /** Names the part and everything that its members depend on. */
  key: string
  /** Plain JSON, unchecked. */
  metadata: unknown
  /** Bytes before compression, and of the members. */
  size: number
  packed: number
  /** Of the members, as `memberHash` computes it. */
  hash: string
}

/**
 * Starts the hash that detects damage to members. XXH128 takes far less time than SHA-256, which an export computes over
 * the same bytes for the tarball. It does not protect against people who can write into the cache.
 */
export function memberHash(): Promise<IHasher> {
  return createXXHash128()
}

/**
 * What follows the members.
 * @throws Error if the metadata is too large to be read again
 */
export function encodeDescription(description: KeptDescription): Buffer {
  const json = Buffer.from(JSON.stringify(description))
  if (json.length > DESCRIPTION_LIMIT) throw new Error(`its description has ${json.length} bytes`)
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(json.length))
  return Buffer.concat([json, MAGIC, length, createHash('sha256').update(json).digest()])
}

/**
 * Reads and checks the description in the file of a kept package. The members are checked when they are read.
 * @throws Error in a few words, to be read after the file's name
 */
export async function readDescription(file: FileHandle): Promise<KeptDescription> {
  const { size } = await file.stat()
  if (size < FOOTER) throw new Error('it is truncated')
  const footer = await readAt(file, size - FOOTER, FOOTER)
  const length = Number(footer.readBigUInt64BE(MAGIC.length))
  const packed = size - FOOTER - length
  if (!footer.subarray(0, MAGIC.length).equals(MAGIC) || length > DESCRIPTION_LIMIT || packed < 0) {
    throw new Error('it is truncated or damaged')
  }
  const json = await readAt(file, packed, length)
  if (!createHash('sha256').update(json).digest().equals(footer.subarray(-32))) {
    throw new Error('its description is damaged')
  }
  const description = parseJson(json.toString()) as KeptDescription
  const { key, size: unpacked, hash } = description
  const sound =
    typeof key === 'string' &&
    Number.isSafeInteger(unpacked) &&
    unpacked >= 0 &&
    description.packed === packed &&
    /^[0-9a-f]{32}$/.test(hash)
  if (!sound) throw new Error('its description is not that of a kept package')
  return description
}

/**
 * The members, in chunks that stay valid until the next but one is requested.
 * @throws Error after the last chunk if they are not those that were described, or what the file system throws
 */
export async function* keptMembers(
  path: string,
  { packed, hash: expected }: KeptDescription,
): AsyncGenerator<Uint8Array> {
  const file = await openRegular(path)
  const buffers = spare.pop() ?? [0, 1, 2].map(() => Buffer.alloc(CHUNK))
  const count = Math.ceil(packed / CHUNK)
  const read = (chunk: number) => {
    const start = chunk * CHUNK
    const reading = readAt(file, start, Math.min(CHUNK, packed - start), buffers[chunk % buffers.length])
    // It may fail before anyone awaits it.
    reading.catch(() => {})
    return reading
  }
  let next: Promise<Buffer> | undefined
  try {
    const hash = await memberHash()
    for (let chunk = 0; chunk < count; chunk++) {
      const bytes = await (next ?? read(chunk))
      // Read ahead while these are hashed and used.
      next = chunk + 1 < count ? read(chunk + 1) : undefined
      hash.update(bytes)
      yield bytes
    }
    // The last chunk, too, is valid until the next but one is requested.
    yield END
    spare.push(buffers)
    if (hash.digest('hex') !== expected) throw new Error('its members are damaged')
  } finally {
    await next?.catch(() => {})
    await file.close()
  }
}

async function readAt(
  file: FileHandle,
  position: number,
  length: number,
  buffer = Buffer.alloc(length),
): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw new Error('it is truncated')
  return buffer.subarray(0, length)
}
