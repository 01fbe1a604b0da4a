import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { pMapIterable } from 'p-map'
import type { Part } from '../entry.ts'
import type { Phase } from '../report.ts'
import { tarBlocks } from './blocks.ts'
import type { Compressor } from './gzip.ts'
import { END_OF_ARCHIVE } from './header.ts'

/** What was written, as far as its bytes go. */
export interface Packed {
  /** Bytes of the file. */
  size: number
  /** Lower-case hex. */
  sha256: string
  parts: readonly PackedPart[]
}

export interface PackedPart {
  name: string
  /** Bytes of its compressed members. */
  packed: number
}

export interface PackOptions {
  /** Makes a member of a block, perhaps on another thread. The block is handed over. */
  compress: Compressor
  /** How many blocks may be between reading and writing; each takes BLOCK_SIZE and its compressed size. */
  blocksInFlight: number
  /** Told the uncompressed bytes as they are done. */
  phase: Phase
  signal?: AbortSignal
}

/**
 * Writes parts as one gzipped tar. Each part is cut into blocks, and each block becomes a gzip member of its
 * own (RFC 1952, section 2.2: a file is a series of members), so that a part's bytes depend on that part alone.
 * @param file where to write; must not exist
 * @throws what the file system and the parts throw
 */
export async function pack(parts: readonly Part[], file: string, options: PackOptions): Promise<Packed> {
  const handle = await open(file, 'wx', 0o644)
  try {
    const sink = new HashingSink(handle)
    const packed: PackedPart[] = []
    for (const part of parts) {
      const before = sink.size
      await packBlocks(tarBlocks(part.entries()), sink, options)
      packed.push({ name: part.name, packed: sink.size - before })
    }
    await packBlocks([END_OF_ARCHIVE.slice()], sink, options)
    await handle.sync()
    return { size: sink.size, sha256: sink.digest(), parts: packed }
  } finally {
    await handle.close()
  }
}

async function packBlocks(
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  sink: HashingSink,
  { compress, blocksInFlight, phase, signal }: PackOptions,
): Promise<void> {
  const toMember = async (block: Uint8Array) => {
    const size = block.length
    return { size, member: await compress(block) }
  }
  for await (const { size, member } of pMapIterable(blocks, toMember, { concurrency: blocksInFlight })) {
    signal?.throwIfAborted()
    await sink.write(member)
    phase.advance(size)
  }
}

/** Hashes while it writes, so that nobody has to read the file again. */
class HashingSink {
  size = 0
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    this.size += bytes.length
    await this.#handle.writeFile(bytes)
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}
