import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Entry } from '../../codec/tar/entry.ts'
import { readTar } from '../../codec/tar/read.ts'
import type { XzDecoder } from '../../codec/xz/xz.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { sweepPartials } from '../../lib/partial.ts'
import type { Reporter } from '../../lib/report.ts'
import { Spool } from '../../lib/spool.ts'
import type { PackageCache } from '../../package-cache/index.ts'
import type { Builder } from '../builder/builder.ts'
import {
  compareBuilds,
  type FullIdent,
  formatIdent,
  isFull,
  type PackageIdent,
  satisfies,
} from '../package/ident.ts'
import { checkIdent, MetadataReader, readMetadata } from '../package/metadata.ts'
import { metadataToJson } from '../package/metadata-json.ts'
import type { HartDigests, Package, PackageMetadata } from '../package/package.ts'
import type { BuilderChannel } from '../package/request.ts'
import type { FoundBuild, PackageSource, Refusal } from '../package/source.ts'
import { packageEntries } from './archive.ts'
import { artifactName, candidates, findArtifact, mayBeBuildOf } from './artifact-cache.ts'
import { asInstalled } from './as-installed.ts'
import { HEADER_LIMIT, isDamagedHart, type OpenHart, openHart, readSignedHeader } from './hart.ts'
import { keptMetadata } from './kept-metadata.ts'
import type { KeyRing } from './key-ring.ts'
import { missingHart } from './missing-hart.ts'

export interface HartPackagesOptions {
  target: string
  /** Artifact caches that the user named: partial idents are looked up in these before Builder is asked. */
  searched: readonly string[]
  /** All artifact caches, for exact builds. */
  caches: readonly string[]
  /** The artifact cache for downloads. */
  storeIn: string
  /** A folder for the contents of a hart while they are sorted; nothing remains in it. */
  temporary: string
  keys: KeyRing
  builder: (url: string) => Builder
  decodeXz: XzDecoder
  /** Limit of the unpacked size of one package, bytes. */
  maxPackageSize: number
  /** Where the metadata of packages packed earlier is kept, so that they need not be decoded again. */
  cache?: PackageCache
  packAhead?: PackAhead
  report: Reporter
}

/**
 * Packs a package while its hart is opened, from the entries passing through. This is the only place where anything is
 * packed before the layout of the image is known: opening decodes the hart, and no hart is decoded twice.
 * @param contentKey that of the package
 * @param metadata returns its metadata; only called after the last entry
 */
export type PackAhead = (
  contentKey: string,
  entries: AsyncIterable<Entry>,
  metadata: () => unknown,
) => Promise<void>

/**
 * Packages in harts: given as files, found in artifact caches, or downloaded from Builder. None is unpacked. Opening
 * one verifies, decodes and, with `packAhead`, packs it in one pass.
 */
export class HartPackages implements PackageSource {
  readonly #options: HartPackagesOptions
  /** Packages by the path of their hart. */
  readonly #loaded = new Map<string, Promise<Package>>()
  /** Packages given as files, by ident. */
  readonly #given = new Map<string, Package>()
  readonly #opened = new Map<string, Promise<Package | undefined>>()
  /** Why local harts cannot be used, by path. */
  readonly #refused = new Map<string, MesosizeError>()
  #swept: Promise<void> | undefined

  constructor(options: HartPackagesOptions) {
    this.#options = options
  }

  async openFile(path: string): Promise<Package> {
    const hart = await this.#load(path)
    const id = formatIdent(hart.metadata.ident)
    // Always the same hart for one build, even if it was given twice.
    const given = this.#given.get(id) ?? hart
    this.#given.set(id, given)
    return given
  }

  async newest(wanted: PackageIdent, from: BuilderChannel): Promise<FoundBuild | undefined> {
    const local = (await this.#localBuilds(wanted)).sort(compareBuilds).at(-1)
    if (local) return { ident: local, source: 'artifact cache' }
    const builder = this.#options.builder(from.url)
    if (isFull(wanted)) return { ident: wanted, source: builder.url }
    const latest = await builder.latest(wanted, from.channel, this.#options.target)
    return latest && { ident: latest.ident, source: builder.url, channel: from.channel }
  }

  open(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined> {
    const id = formatIdent(ident)
    const opened = this.#opened.get(id) ?? this.#find(ident, from)
    this.#opened.set(id, opened)
    return opened
  }

  missing = missingHart

  refusals(ident: PackageIdent): Refusal[] {
    return [...this.#refused]
      .filter(([path]) => mayBeBuildOf(path, ident, this.#options.target))
      .map(([path, reason]) => ({ path, reason }))
  }

  async #localBuilds(wanted: PackageIdent): Promise<FullIdent[]> {
    const builds = [...this.#given.values()].map(hart => hart.metadata.ident)
    for (const path of await candidates(this.#options.searched, wanted, this.#options.target)) {
      try {
        builds.push((await this.#load(path)).metadata.ident)
      } catch (error) {
        if (!(error instanceof MesosizeError) || error.code === 'CANCELLED') throw error
        this.#refuse(path, error, `Ignoring ${path}: ${error.message}`)
      }
    }
    return builds.filter(build => satisfies(build, wanted))
  }

  async #find(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined> {
    const given = this.#given.get(formatIdent(ident))
    if (given) return given
    const cached = await findArtifact(this.#options.caches, ident, this.#options.target)
    if (cached === undefined) return this.#download(ident, from)
    try {
      return await this.#loadExpecting(cached, ident)
    } catch (error) {
      if (!isDamagedHart(error)) throw error
      this.#refuse(cached, error, `${error.message} Asking Builder for it instead.`)
      const fetched = await this.#download(ident, from)
      if (fetched === undefined) throw error
      return fetched
    }
  }

  /** Warns of each hart only once, because several idents may match it. */
  #refuse(path: string, reason: MesosizeError, warning: string): void {
    if (!this.#refused.has(path)) this.#options.report.warn(warning)
    this.#refused.set(path, reason)
  }

  async #download(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined> {
    const { target, storeIn, report, keys } = this.#options
    const builder = this.#options.builder(from.url)
    const build = await builder.metadata(ident, target)
    if (build === undefined) return undefined
    this.#swept ??= sweepPartials(storeIn, /\.hart$/)
    await this.#swept
    const path = join(storeIn, artifactName(ident, target))
    const phase = report.phase(`Downloading ${formatIdent(ident)}`, undefined, 'bytes')
    await builder.download(ident, target, build.checksum, path, {
      onBytes: amount => phase.advance(amount),
      beginning: {
        length: HEADER_LIMIT,
        check: start =>
          readSignedHeader(start, `the hart of ${formatIdent(ident)} from ${builder.url}`, keys),
      },
    })
    phase.done()
    this.#loaded.delete(path)
    return this.#loadExpecting(path, ident)
  }

  async #loadExpecting(path: string, ident: FullIdent): Promise<Package> {
    const hart = await this.#load(path)
    checkIdent(hart.metadata.ident, ident, path)
    return hart
  }

  #load(path: string): Promise<Package> {
    const loaded = this.#loaded.get(path) ?? this.#read(path)
    this.#loaded.set(path, loaded)
    return loaded
  }

  /** Nothing of the body is decoded before the hart is verified. */
  async #read(path: string): Promise<Package> {
    const { keys, cache } = this.#options
    const hart = await openHart(path, keys)
    try {
      const { signer, body } = hart
      const contentKey = `hart ${body.hash}`
      const metadata = (await keptMetadata(cache, contentKey)) ?? (await this.#readAll(hart, contentKey))
      // Else anyone with a key of their own on Builder could sign a package of another origin.
      if (signer.origin !== metadata.ident.origin) {
        throw new MesosizeError(
          'HART_SIGNER',
          `${path} is ${formatIdent(metadata.ident)}, but it is signed by the origin ${signer.origin}. Fetch it from where its own origin published it.`,
        )
      }
      return {
        metadata,
        contentKey,
        hartDigests: () => this.#digestsOf(path, body.hash),
        entries: () => this.#entriesAgain(path, body.hash),
      }
    } finally {
      await hart.close()
    }
  }

  async #digestsOf(path: string, hash: string): Promise<HartDigests> {
    const hart = await this.#openAgain(path, hash)
    try {
      return await hart.digests()
    } finally {
      await hart.close()
    }
  }

  async *#entriesAgain(path: string, hash: string): AsyncGenerator<Entry> {
    const hart = await this.#openAgain(path, hash)
    try {
      yield* this.#entries(hart)
    } finally {
      await hart.close()
    }
  }

  /** Opens a hart again, because keeping all harts of an export open would take too many descriptors. */
  async #openAgain(path: string, hash: string): Promise<OpenHart> {
    const hart = await openHart(path, this.#options.keys)
    if (hart.body.hash === hash) return hart
    await hart.close()
    throw new MesosizeError(
      'HART_CHANGED',
      `${path} was replaced by another hart while it was exported. Run the export again.`,
    )
  }

  /** Yields nothing before the whole body has been read and found to be what was signed. */
  async *#entries({ path, body }: OpenHart): AsyncGenerator<Entry> {
    const { decodeXz, maxPackageSize, temporary } = this.#options
    const spool = new Spool(join(temporary, `.${randomBytes(6).toString('hex')}.spool`))
    try {
      const members = readTar(decodeXz(body), path, maxPackageSize)
      yield* asInstalled(packageEntries(members, path), spool)
    } finally {
      await spool.close()
    }
  }

  async #readAll(hart: OpenHart, contentKey: string): Promise<PackageMetadata> {
    const { packAhead } = this.#options
    const entries = this.#entries(hart)
    if (!packAhead) return readMetadata(entries, hart.path)
    const reader = new MetadataReader(hart.path)
    await packAhead(contentKey, reader.passing(entries), () => metadataToJson(reader.metadata()))
    return reader.metadata()
  }
}
