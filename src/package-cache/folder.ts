import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { type LayerDescription, layerMembers, readDescription } from './file.ts'
import { LAYER_SUFFIX, sweepLayers } from './sweep.ts'
import { LayerFileWriter } from './writer.ts'

/** Compressed members of one part, kept from an earlier export. */
export interface CachedLayer {
  /** What was kept beside them: plain JSON, unchecked. */
  metadata: unknown
  /** Bytes before compression. */
  size: number
  /** Bytes of the members. */
  packed: number
  /** Of the members, lower-case hex. */
  sha256: string
  /**
   * The members' bytes, cut anywhere; a chunk is there until the next one is asked for. Each call reads anew.
   * @throws MesosizeError LAYER_UNUSABLE, at the latest behind the last chunk: what was given is then worthless
   */
  chunks(): AsyncIterable<Uint8Array>
}

/** Takes the members of one part. Ends with `commit` or `abandon`; nothing here throws: a cache is not needed. */
export interface LayerWriter {
  /**
   * @param member one gzip member, written when the promise is kept
   * @param size bytes before compression
   */
  write(member: Uint8Array, size: number): Promise<void>
  commit(): Promise<void>
  abandon(): Promise<void>
}

/** Where the compressed members of parts are kept from one export to the next. */
export interface LayerCache {
  /** @returns undefined if there is none, or none that is sound as far as can be told without reading its members */
  find(key: string): Promise<CachedLayer | undefined>
  /** @param metadata plain JSON */
  create(key: string, metadata: unknown): Promise<LayerWriter>
}

export interface LayerFolderOptions {
  /** What `prepareLayerFolder` said yes to. */
  folder: string
  /** Bytes of all layers together. */
  limit: number
  /**
   * The packing format's version, the encoder, its version and its level: all that the members depend on besides
   * the part. Layers of another encoding are not found.
   */
  encoding: string
  report: Reporter
}

const NOTHING: LayerWriter = { async write() {}, async commit() {}, async abandon() {} }

/**
 * A folder with a file per layer, which several processes may use at once: a layer appears whole, under its name,
 * or not at all, and one that disappears is made again. What is trusted is that nobody but the user writes into
 * the folder. The digests in it find damage; they are no signatures.
 */
export class LayerFolder implements LayerCache {
  readonly #options: LayerFolderOptions
  #writable = true
  #writtenSinceSweep = 0

  constructor(options: LayerFolderOptions) {
    this.#options = options
  }

  async find(key: string): Promise<CachedLayer | undefined> {
    const fullKey = this.#fullKey(key)
    const path = this.#pathOf(fullKey)
    const description = await this.#describe(path, fullKey)
    if (!description) return undefined
    const { metadata, size, packed, sha256 } = description
    return { metadata, size, packed, sha256, chunks: () => this.#chunks(path, description) }
  }

  async create(key: string, metadata: unknown): Promise<LayerWriter> {
    if (!this.#writable) return NOTHING
    const fullKey = this.#fullKey(key)
    const writer = new LayerFileWriter(this.#pathOf(fullKey), fullKey, metadata)
    const guarded = async (work: () => Promise<void>) => {
      try {
        await work()
      } catch (error) {
        await writer.abandon()
        this.#giveUpWriting(error)
      }
    }
    return {
      write: (member, size) => guarded(() => writer.write(member, size)),
      commit: () =>
        guarded(async () => {
          this.#writtenSinceSweep += await writer.commit()
          // Not each time: a sweep looks at every layer.
          if (this.#writtenSinceSweep > this.#options.limit / 16) await this.sweep()
        }),
      abandon: () => writer.abandon(),
    }
  }

  /** Brings the folder below its limit, the least recently used layers first. */
  async sweep(): Promise<void> {
    this.#writtenSinceSweep = 0
    const { folder, limit, report } = this.#options
    await sweepLayers(folder, { limit }).catch(error =>
      report.note(`The layer cache ${folder} cannot be tidied: ${messageOf(error)}.`),
    )
  }

  #fullKey(key: string): string {
    return `${this.#options.encoding}\n${key}`
  }

  #pathOf(fullKey: string): string {
    const name = createHash('sha256').update(fullKey).digest('hex')
    return join(this.#options.folder, name + LAYER_SUFFIX)
  }

  /** @returns undefined if there is no layer of that key that can be used */
  async #describe(path: string, fullKey: string): Promise<LayerDescription | undefined> {
    try {
      const file = await open(path)
      try {
        const description = await readDescription(file)
        if (description.key !== fullKey) throw new Error('it is the layer of something else')
        // The last use, by which the sweep goes.
        await file.utimes(new Date(), new Date()).catch(() => {})
        return description
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#noteDamage(path, error)
      return undefined
    }
  }

  async *#chunks(path: string, description: LayerDescription): AsyncGenerator<Uint8Array> {
    try {
      yield* layerMembers(path, description)
    } catch (error) {
      // Another process may have swept it away, which is no damage.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#noteDamage(path, error)
      throw new MesosizeError('LAYER_UNUSABLE', `The layer ${path} cannot be used: ${messageOf(error)}.`)
    }
  }

  #noteDamage(path: string, error: unknown): void {
    this.#options.report.note(
      `The layer ${path} in the cache is not used: ${messageOf(error)}. Its package is compressed again.`,
    )
  }

  /** Once: what fails for one layer, a full disk say, would for all others. */
  #giveUpWriting(error: unknown): void {
    if (!this.#writable) return
    this.#writable = false
    this.#options.report.note(
      `The layer cache ${this.#options.folder} cannot be written: ${messageOf(error)}. The export goes on without; name another folder with ${setting('cache')}.`,
    )
  }
}
