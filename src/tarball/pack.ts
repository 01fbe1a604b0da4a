import { open } from 'node:fs/promises'
import { pMapIterable } from 'p-map'
import { discard } from '../discard.ts'
import type { Part } from '../entry.ts'
import { MesosizeError } from '../errors.ts'
import type { Phase } from '../report.ts'
import { type Block, tarBlocks } from './blocks.ts'
import { HashingSink } from './hashing-sink.ts'
import { END_OF_ARCHIVE } from './header.ts'
import type { CachedLayer, LayerCache, LayerWriter } from './layer-cache.ts'
import { type Compression, compressBlocks, type Member, toMember } from './members.ts'

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

export interface PackOptions extends Compression {
  /** Where the members of parts are kept from one export to the next. */
  layers?: LayerCache
  /** Told the uncompressed bytes as they are done. */
  phase: Phase
  signal?: AbortSignal
}

/**
 * Writes parts as one gzipped tar. Each part is cut into blocks, and each block becomes a gzip member of its
 * own (RFC 1952, section 2.2: a file is a series of members), so that a part's bytes depend on that part alone,
 * and may be those that an earlier export made.
 * @param file where to write; must not exist
 * @throws what the file system and the parts throw
 */
export async function pack(parts: readonly Part[], file: string, options: PackOptions): Promise<Packed> {
  const { compress, blocksInFlight, layers, signal } = options
  const handle = await open(file, 'wx', 0o644)
  const sink = new HashingSink(handle)
  const writer = new PartWriter(sink, options)
  try {
    const compressed = async (step: Step) =>
      'block' in step ? { part: step.part, member: await toMember(step.block, compress) } : step
    for await (const step of pMapIterable(stepsOf(parts, layers), compressed, {
      concurrency: blocksInFlight,
    })) {
      signal?.throwIfAborted()
      if ('member' in step) await writer.write(step.member, step.part)
      else if ('layer' in step) await writer.copy(step.layer, step.part)
      else await writer.end(step.part)
    }
    await sink.write(
      await compress({ length: END_OF_ARCHIVE.length, bytes: END_OF_ARCHIVE.slice(), holes: [] }),
    )
    await handle.sync()
    return { size: sink.size, sha256: sink.digest(), parts: writer.done }
  } finally {
    await writer.abandon()
    await handle.close()
  }
}

/** What comes next: a block of a part, or what is kept of the whole part, or the part's end. */
type Step = { part: Part } & ({ block: Block } | { layer: CachedLayer } | { end: true })

/** One stream over all parts, so that the threads have work also while one part ends and the next begins. */
async function* stepsOf(parts: readonly Part[], layers: LayerCache | undefined): AsyncGenerator<Step> {
  for (const part of parts) {
    const layer = part.cacheKey === undefined ? undefined : await layers?.find(part.cacheKey)
    if (layer) yield { part, layer }
    else for await (const block of tarBlocks(part.entries())) yield { part, block }
    yield { part, end: true }
  }
}

/** Writes part after part, and keeps the members of those that have no layer yet. */
class PartWriter {
  readonly done: PackedPart[] = []
  readonly #sink: HashingSink
  readonly #options: PackOptions
  /** Where the current part begins. */
  #start = 0
  #layer: LayerWriter | undefined

  constructor(sink: HashingSink, options: PackOptions) {
    this.#sink = sink
    this.#options = options
  }

  async write(member: Member, { cacheKey, metadata }: Part): Promise<void> {
    if (cacheKey !== undefined) this.#layer ??= await this.#options.layers?.create(cacheKey, metadata)
    await Promise.all([this.#sink.write(member.bytes), this.#layer?.write(member.bytes, member.size)])
    discard(member.bytes)
    this.#options.phase.advance(member.size)
  }

  async copy(layer: CachedLayer, part: Part): Promise<void> {
    const start = this.#sink.mark()
    try {
      for await (const chunk of layer.chunks()) await this.#sink.write(chunk)
      this.#options.phase.advance(layer.size)
    } catch (error) {
      if (!(error instanceof MesosizeError && error.code === 'LAYER_UNUSABLE')) throw error
      await this.#sink.rewind(start)
      const members = compressBlocks(tarBlocks(part.entries()), this.#options)
      for await (const member of members) await this.write(member, part)
    }
  }

  async end({ name }: Part): Promise<void> {
    await this.#layer?.commit()
    this.#layer = undefined
    this.done.push({ name, packed: this.#sink.size - this.#start })
    this.#start = this.#sink.size
  }

  /** Gives up the layer of a part that did not come to its end. */
  async abandon(): Promise<void> {
    await this.#layer?.abandon()
  }
}
