import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { discard } from '../lib/discard.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { openRegular } from '../lib/open-regular.ts'
import type { Reporter } from '../lib/report.ts'
import { hasSetting, setting } from '../lib/setting.ts'
import { readDigest, writeDigest } from './digests.ts'
import { type KeptDescription, keptMembers, readDescription } from './file.ts'
import { KEPT_SUFFIX, sweepCache } from './sweep.ts'
import { KeptFileWriter } from './writer.ts'

/** The compressed members of one part, a package, kept from an earlier export. */
export interface KeptPackage {
  /** What was kept beside them: plain JSON, unchecked. */
  metadata: unknown
  /** Bytes before compression. */
  size: number
  /** Bytes of the members. */
  packed: number
  /** Of the members, for comparison only: XXH128, hex. */
  hash: string
  /**
   * The members' bytes, split anywhere; a chunk is valid until the next but one is requested. Each call reads again.
   * @throws MesosizeError KEPT_PACKAGE_UNUSABLE, at the latest after the last chunk: the chunks are then invalid
   */
  chunks(): AsyncIterable<Uint8Array>
}

/** Takes the members of one part. Ends with `commit` or `abandon`; nothing here throws, since a cache is optional. */
export interface KeptPackageWriter {
  /**
   * Takes a member over, and returns before it is written, unless too much waits to be written.
   * @param member one gzip member; its memory is freed once it is written
   * @param size bytes before compression
   */
  write(member: Uint8Array, size: number): Promise<void>
  /** @returns when everything is written: the members' hash, as of a KeptPackage, or undefined if they are not kept */
  commit(): Promise<string | undefined>
  abandon(): Promise<void>
}

/** Where the compressed members of parts are kept from one export to the next. */
export interface PackageCache {
  /** @returns undefined if there is none, or it is found damaged without reading its members */
  find(key: string): Promise<KeptPackage | undefined>
  /** @param metadata plain JSON */
  create(key: string, metadata: unknown): Promise<KeptPackageWriter>
  /** The SHA-256 of a tarball, lower-case hex; undefined if none is kept under that key. */
  findDigest(key: string): Promise<string | undefined>
  /** Keeps it if that is possible. */
  keepDigest(key: string, sha256: string): Promise<void>
}

export interface CacheFolderOptions {
  /** One that `prepareCacheFolder` accepted. */
  folder: string
  /** Bytes of all kept packages and digests together. */
  limit: number
  /**
   * The packing format's version, the encoder, its version and its level: all that the members depend on besides
   * the part. Packages kept with another encoding are not found.
   */
  encoding: string
  report: Reporter
}

const NOTHING: KeptPackageWriter = {
  async write(member) {
    discard(member)
  },
  async commit() {
    return undefined
  },
  async abandon() {},
}

/** Bytes that may wait to be written: enough for a disk that is busy for a moment. */
const MOST_BEHIND = 8 << 20

/**
 * A folder with a file per kept package or digest of a tarball, which several processes may use at the same time: a
 * file appears whole, under its name, or not at all, and one that disappears is made again. It trusts that only the
 * user writes into the folder. The checksums in its files detect damage; they are not signatures.
 */
export class CacheFolder implements PackageCache {
  readonly #options: CacheFolderOptions
  /** What was found, by path: an export looks for each package when it opens it, and again when it packs it. */
  readonly #found = new Map<string, KeptDescription>()
  #writable = true
  #writtenSinceSweep = 0
  /** Bytes that wait to be written. */
  #behind = 0

  constructor(options: CacheFolderOptions) {
    this.#options = options
  }

  async find(key: string): Promise<KeptPackage | undefined> {
    const fullKey = this.#fullKey(key)
    const path = this.#pathOf(fullKey)
    const description = this.#found.get(path) ?? (await this.#describe(path, fullKey))
    if (!description) return undefined
    this.#found.set(path, description)
    const { metadata, size, packed, hash } = description
    return { metadata, size, packed, hash, chunks: () => this.#chunks(path, description) }
  }

  async create(key: string, metadata: unknown): Promise<KeptPackageWriter> {
    if (!this.#writable) return NOTHING
    const fullKey = this.#fullKey(key)
    const path = this.#pathOf(fullKey)
    this.#found.delete(path)
    const writer = new KeptFileWriter(path, fullKey, metadata)
    let last: Promise<unknown> = Promise.resolve()
    /** After everything before, and without an error that would end the export. */
    const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
      const done = last.then(work).catch(async error => {
        await writer.abandon()
        this.#giveUpWriting(error)
        return undefined
      })
      last = done
      return done
    }
    return {
      write: async (member, size) => {
        const { length } = member
        this.#behind += length
        const written = inTurn(() => writer.write(member, size)).then(() => {
          this.#behind -= length
          discard(member)
        })
        if (this.#behind > MOST_BEHIND) await written
      },
      commit: () =>
        inTurn(async () => {
          const committed = await writer.commit()
          this.#writtenSinceSweep += committed?.size ?? 0
          // Not every time, since a sweep looks at every file.
          if (this.#writtenSinceSweep > this.#options.limit / 16) await this.sweep()
          return committed?.hash
        }),
      // What is being written is not interrupted.
      abandon: () => inTurn(() => writer.abandon()),
    }
  }

  findDigest(key: string): Promise<string | undefined> {
    return readDigest(this.#pathOf(this.#fullKey(`digest ${key}`)))
  }

  async keepDigest(key: string, sha256: string): Promise<void> {
    if (this.#writable) await writeDigest(this.#pathOf(this.#fullKey(`digest ${key}`)), sha256)
  }

  /** Brings the folder below its limit, the least recently used packages first. */
  async sweep(): Promise<void> {
    this.#writtenSinceSweep = 0
    const { folder, limit, report } = this.#options
    await sweepCache(folder, { limit }).catch(error =>
      report.note(`The package cache ${folder} cannot be tidied: ${messageOf(error)}.`),
    )
  }

  #fullKey(key: string): string {
    return `${this.#options.encoding}\n${key}`
  }

  #pathOf(fullKey: string): string {
    const name = createHash('sha256').update(fullKey).digest('hex')
    return join(this.#options.folder, name + KEPT_SUFFIX)
  }

  /** @returns undefined if nothing usable is kept under that key */
  async #describe(path: string, fullKey: string): Promise<KeptDescription | undefined> {
    try {
      const file = await openRegular(path)
      try {
        const description = await readDescription(file)
        if (description.key !== fullKey) throw new Error('it belongs to another package')
        // The time of the last use, which the sweep reads.
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

  async *#chunks(path: string, description: KeptDescription): AsyncGenerator<Uint8Array> {
    try {
      yield* keptMembers(path, description)
    } catch (error) {
      // Another process may have removed it, which is not an error.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#noteDamage(path, error)
      throw new MesosizeError(
        'KEPT_PACKAGE_UNUSABLE',
        `The kept package ${path} cannot be used: ${messageOf(error)}.`,
      )
    }
  }

  #noteDamage(path: string, error: unknown): void {
    this.#options.report.note(
      `The kept package ${path} is not used: ${messageOf(error)}. The package is compressed again.`,
    )
  }

  /** Once: what fails for one package, such as on a full disk, would fail for all others. */
  #giveUpWriting(error: unknown): void {
    if (!this.#writable) return
    this.#writable = false
    const advice = hasSetting('cache') ? ` Name another folder with ${setting('cache')}.` : ''
    this.#options.report.note(
      `The package cache ${this.#options.folder} cannot be written: ${messageOf(error)}. The export continues without it.${advice}`,
    )
  }
}
