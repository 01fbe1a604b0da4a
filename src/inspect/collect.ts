import { createHash } from 'node:crypto'
import type { Entry } from '../codec/tar/entry.ts'
import { formatIdent } from '../habitat/package/ident.ts'
import { MetadataReader } from '../habitat/package/metadata.ts'
import type { PackageMetadata } from '../habitat/package/package.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { InspectedFile, InspectedPackage } from './contents.ts'
import { ImageLimits } from './limits.ts'

/** What one tarball holds. */
export interface TarballContents {
  packages: InspectedPackage[]
  /** What belongs to no package. */
  generated: InspectedFile[]
  /** The texts of the generated files that say how the image starts, by path, as far as they are there. */
  texts: Map<string, string>
  entries: number
  /** Bytes of all files. */
  unpacked: number
}

/** The generated files whose text is wanted. */
export const LAUNCH = 'launch'
export const PASSWD = 'rootfs/etc/passwd'
export const GROUP = 'rootfs/etc/group'
const WANTED: readonly string[] = [LAUNCH, PASSWD, GROUP]
const LONGEST_TEXT = 1 << 20

/** Such as `rootfs/hab/pkgs/core/redis/7.2.4/20240102030405/bin/redis-server`. */
const IN_PACKAGE = /^rootfs\/(hab\/pkgs\/((?:[^/]+\/){3}[^/]+)(?:$|\/.*))/s

/** A package whose entries are passing. */
interface Passing {
  ident: string
  reader: MetadataReader
  files: InspectedFile[]
}

/**
 * Sorts a tarball's entries into packages and the rest.
 * @param tarball its index in the image
 * @param name what the tarball is called in errors
 * @param limits of the whole image
 * @throws MesosizeError TARBALL_UNREADABLE if an export cannot have written it, METAFILE_INVALID, IDENT_MISMATCH, or
 *   what `entries` throws
 */
export async function collectTarball(
  entries: AsyncIterable<Entry>,
  tarball: number,
  name: string,
  limits = new ImageLimits(),
): Promise<TarballContents> {
  const contents: TarballContents = { packages: [], generated: [], texts: new Map(), entries: 0, unpacked: 0 }
  const seen = new Set<string>()
  let current: Passing | undefined
  const keep = (file: InspectedFile) => {
    limits.add(file, name)
    return file
  }
  const finish = () => {
    if (!current) return
    const described = describe(current.reader.metadata(), current.files, tarball)
    limits.add({ ...described, files: [] }, name)
    contents.packages.push(described)
    current = undefined
  }
  for await (const entry of entries) {
    contents.entries++
    if (entry.type === 'file') contents.unpacked += entry.size
    const [, path, ident] = IN_PACKAGE.exec(entry.path) ?? []
    if (current?.ident !== ident) finish()
    if (path === undefined || ident === undefined) {
      await noteGenerated(entry, contents, keep)
      continue
    }
    if (!current) {
      // An export writes a package in one piece.
      if (seen.has(ident)) throw notExported(name, ident)
      seen.add(ident)
      current = { ident, reader: new MetadataReader(`${ident} in ${name}`), files: [] }
    }
    await noteMember({ ...entry, path }, current, keep)
  }
  finish()
  return contents
}

type Keep = (file: InspectedFile) => InspectedFile

async function noteGenerated(entry: Entry, { generated, texts }: TarballContents, keep: Keep): Promise<void> {
  const wanted = WANTED.includes(entry.path) && entry.type === 'file' && entry.size <= LONGEST_TEXT
  const pieces: Uint8Array[] = []
  generated.push(
    keep(await fileOf(entry, entry.path, piece => wanted && pieces.push(Uint8Array.from(piece)))),
  )
  if (wanted) texts.set(entry.path, Buffer.concat(pieces).toString('utf8'))
}

async function noteMember(member: Entry, { ident, reader, files }: Passing, keep: Keep): Promise<void> {
  const path = member.path.slice(`hab/pkgs/${ident}/`.length)
  for await (const passed of reader.passing(only(member))) {
    if (path !== '') files.push(keep(await fileOf(passed, path)))
  }
}

async function* only(entry: Entry): AsyncGenerator<Entry> {
  yield entry
}

/** @param onPiece called with each piece of the content, which is valid during the call */
async function fileOf(
  entry: Entry,
  path: string,
  onPiece?: (piece: Uint8Array) => void,
): Promise<InspectedFile> {
  const { type, mode } = entry
  if (type !== 'file')
    return { path, type, size: 0, mode, ...(type !== 'directory' && { target: entry.target }) }
  const hash = createHash('sha256')
  for await (const piece of entry.content) {
    hash.update(piece)
    onPiece?.(piece)
  }
  return { path, type, size: entry.size, mode, sha256: hash.digest('hex') }
}

function describe(
  { ident, deps, tdeps, exports, ...metadata }: PackageMetadata,
  files: readonly InspectedFile[],
  tarball: number,
): InspectedPackage {
  const { plan, exposes, binds, runnable, svcUser, svcGroup, shutdownTimeout, size } = metadata
  return {
    ...ident,
    ident: formatIdent(ident),
    tarball,
    size,
    deps: deps.map(formatIdent),
    tdeps: tdeps.map(formatIdent),
    licenses: plan.license === undefined ? [] : [plan.license],
    description: plan.description,
    upstream: plan.upstream,
    source: plan.source,
    runnable,
    svcUser,
    svcGroup,
    shutdownTimeout,
    hooks: files.flatMap(({ path }) => /^hooks\/([^/]+)$/.exec(path)?.[1] ?? []),
    exports: [...exports].map(([name, path]) => ({ name, path })),
    exposes,
    binds,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

function notExported(name: string, ident: string): MesosizeError {
  return new MesosizeError(
    'TARBALL_UNREADABLE',
    `${name} was not written by an export: it has the files of ${ident} in several places. Give a tarball that an export wrote.`,
  )
}
