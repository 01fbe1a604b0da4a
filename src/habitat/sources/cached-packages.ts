import * as v from 'valibot'
import type { Entry } from '../../codec/tar/entry.ts'
import { DIGEST } from '../../lib/digest.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { object, pattern, readValue, text } from '../../lib/json.ts'
import { setting } from '../../lib/setting.ts'
import type { PackageCache } from '../../package-cache/index.ts'
import { type FullIdent, formatIdent, type PackageIdent } from '../package/ident.ts'
import type { HartDigests, Package } from '../package/package.ts'
import type { BuilderChannel } from '../package/request.ts'
import type { FoundBuild, PackageSource, Refusal } from '../package/source.ts'
import { keptMetadata } from './kept-metadata.ts'

const digest = pattern(DIGEST, 'a digest of 32 bytes')

/** What an ident stands for, with the digests of its hart once somebody has wanted them. */
const ALIAS = object({
  contentKey: text,
  hart: v.optional(object({ sha256: digest, blake2b256: digest })),
})

type KeptBuild = v.InferOutput<typeof ALIAS> & Pick<Package, 'metadata'>

/**
 * Packages whose compressed bytes an earlier export kept: their harts are neither downloaded nor read. This assumes
 * that an ident always names the same bytes, as hab does for installed packages, and relies on the hart having been
 * verified when its bytes were kept.
 */
export class CachedPackages implements PackageSource {
  readonly #source: PackageSource
  readonly #cache: PackageCache
  readonly #target: string
  readonly #opened = new Map<string, Promise<Package | undefined>>()

  /** @param source where everything else comes from, and replacements for damaged packages */
  constructor(source: PackageSource, cache: PackageCache, target: string) {
    this.#source = source
    this.#cache = cache
    this.#target = target
  }

  newest(ident: PackageIdent, from: BuilderChannel): Promise<FoundBuild | undefined> {
    return this.#source.newest(ident, from)
  }

  open(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined> {
    const id = formatIdent(ident)
    const opened = this.#opened.get(id) ?? this.#find(ident, from)
    this.#opened.set(id, opened)
    return opened
  }

  async openFile(path: string): Promise<Package> {
    const given = await this.#source.openFile(path)
    this.#opened.set(formatIdent(given.metadata.ident), Promise.resolve(given))
    return given
  }

  missing(what: string, from: BuilderChannel, neededBy?: FullIdent): MesosizeError {
    return this.#source.missing(what, from, neededBy)
  }

  refusals(ident: PackageIdent): readonly Refusal[] {
    return this.#source.refusals(ident)
  }

  async #find(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined> {
    const kept = await this.#kept(ident)
    if (kept) {
      const { metadata, contentKey, hart } = kept
      return {
        metadata,
        contentKey,
        hartDigests: async () => hart ?? this.#digestsOf(await this.#reopen(ident, from, contentKey)),
        entries: () => this.#entries(ident, from, contentKey),
      }
    }
    const found = await this.#source.open(ident, from)
    if (found) await this.#remember(found)
    return found && { ...found, hartDigests: () => this.#digestsOf(found) }
  }

  /** What is known about a build whose bytes are in the cache. */
  async #kept(ident: FullIdent): Promise<KeptBuild | undefined> {
    const entry = await this.#cache.find(this.#aliasKey(ident))
    const alias = entry && readValue(ALIAS, entry.metadata).value
    if (!alias) return undefined
    const metadata = await keptMetadata(this.#cache, alias.contentKey)
    const isIt =
      metadata && formatIdent(metadata.ident) === formatIdent(ident) && metadata.target === this.#target
    return isIt ? { metadata, ...alias } : undefined
  }

  /** Maps the ident to the content: an entry without members. */
  async #remember({ metadata, contentKey }: Package, hart?: HartDigests): Promise<void> {
    if (contentKey === undefined) return
    const alias = await this.#cache.create(this.#aliasKey(metadata.ident), { contentKey, hart })
    await alias.commit()
  }

  /** Keeps them, so that the hart need not be there the next time. */
  async #digestsOf(found: Package): Promise<HartDigests | undefined> {
    const digests = await found.hartDigests?.()
    if (digests) await this.#remember(found, digests)
    return digests
  }

  #aliasKey(ident: FullIdent): string {
    return `ident ${formatIdent(ident)} ${this.#target}`
  }

  /** Called only if the cache has lost the bytes since then. */
  async *#entries(ident: FullIdent, from: BuilderChannel, contentKey: string): AsyncGenerator<Entry> {
    yield* (await this.#reopen(ident, from, contentKey)).entries()
  }

  /** The package of which something is kept, as its source has it. */
  async #reopen(ident: FullIdent, from: BuilderChannel, contentKey: string): Promise<Package> {
    const found = await this.#source.open(ident, from)
    if (!found) {
      throw new MesosizeError(
        'PACKAGE_NOT_FOUND',
        `${formatIdent(ident)} cannot be used from the package cache, and is neither in an artifact cache nor at ${from.url}. ` +
          `Add the folder that contains its hart with ${setting('artifacts')}, or name the Builder that has it with ${setting('url')}.`,
      )
    }
    if (found.contentKey !== contentKey) {
      await this.#remember(found)
      throw new MesosizeError(
        'CONTENT_CHANGED',
        `${formatIdent(ident)} is a different build from the one in the package cache, though both have the same identifier. Run the export again to use the current one.`,
      )
    }
    return found
  }
}
