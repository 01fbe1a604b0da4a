import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveClosure } from './habitat/closure.ts'
import { formatIdent } from './habitat/ident.ts'
import type { Closure } from './habitat/package.ts'
import type { PackageSource } from './habitat/source.ts'
import { appJson, defineApp } from './marathon/app.ts'
import type { Reporter } from './report.ts'
import type { ExportRequest } from './request/request.ts'
import { layOut } from './rootfs/layout.ts'
import { withStaging } from './staging.ts'
import type { Compressor } from './tarball/gzip.ts'
import { type Packed, pack } from './tarball/pack.ts'

export interface ExportTools {
  packages: PackageSource
  compress: Compressor
  /** How many blocks may be compressed or waiting at once. */
  blocksInFlight: number
  report: Reporter
  signal?: AbortSignal
}

/** What an export made. */
export interface Exported {
  /** The service's ident, fully qualified. */
  ident: string
  tarball: { path: string; size: number; sha256: string }
  appPath: string
  /** The app definition, as the text that is in the file. */
  app: string
  /** `size`: bytes unpacked; `packed`: bytes in the tarball. */
  packages: readonly { ident: string; size: number; packed: number }[]
}

/**
 * The whole way from a request to a tarball and its app definition. Both appear in the output folder when they
 * are whole, or not at all.
 * @throws MesosizeError, its message ready for the person who asked
 */
export function exportPackage(request: ExportRequest, tools: ExportTools): Promise<Exported> {
  return withStaging(request.outputDir, async staging => {
    const closure = await resolveClosure(request, tools.packages, tools.report)
    const { ident } = closure.service.metadata
    const name = formatIdent(ident).replaceAll('/', '-')
    const names = { tarball: `${name}.tgz`, app: `${name}.json` }

    const rootfs = layOut(closure)
    const phase = tools.report.phase('Packing', unpackedSize(closure), 'bytes')
    const packed = await pack(rootfs, join(staging, names.tarball), { ...tools, phase })
    phase.done(`${closure.packages.length} packages`)

    const path = resolve(request.outputDir, names.tarball)
    const app = defineApp(
      closure.service.metadata,
      {
        name: names.tarball,
        sha256: packed.sha256,
        uri: locate(request, path, names.tarball, tools.report),
        found: closure.found,
      },
      request.app,
      tools.report,
    )
    const text = appJson(app)
    await writeFile(join(staging, names.app), text)

    const result = {
      ident: formatIdent(ident),
      tarball: { path, size: packed.size, sha256: packed.sha256 },
      appPath: resolve(request.outputDir, names.app),
      app: text,
      packages: sizes(closure, packed),
    }
    return { result, keep: [names.tarball, names.app] }
  })
}

/** The URI that agents fetch: the one that was asked for, else the tarball where it lies. */
function locate({ uri, uriBase }: ExportRequest, path: string, name: string, report: Reporter): string {
  if (uri !== undefined) return uri
  if (uriBase !== undefined) return `${uriBase.replace(/\/+$/, '')}/${encodeURIComponent(name)}`
  const local = pathToFileURL(path).href
  report.note(
    `No URI is known for the tarball, so the app definition has ${local}, which only an agent with this very file can fetch. ` +
      'Put the tarball where agents can fetch it, and export with --uri or --uri-base.',
  )
  return local
}

function unpackedSize(closure: Closure): number {
  return closure.packages.reduce((sum, { metadata }) => sum + metadata.size, 0)
}

function sizes(closure: Closure, packed: Packed): Exported['packages'] {
  const packedSizes = new Map(packed.parts.map(part => [part.name, part.packed]))
  return closure.packages.map(({ metadata }) => {
    const ident = formatIdent(metadata.ident)
    return { ident, size: metadata.size, packed: packedSizes.get(ident)! }
  })
}
