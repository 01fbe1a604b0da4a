import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { resolveClosure } from './habitat/closure.ts'
import { type FullIdent, formatIdent } from './habitat/ident.ts'
import type { Closure } from './habitat/package.ts'
import type { PackageSource } from './habitat/source.ts'
import { appJson, defineApp } from './marathon/app.ts'
import type { AppDefinition } from './marathon/validate.ts'
import { type Location, type Publisher, tarballName } from './publish/publisher.ts'
import { type Reporter, silent } from './report.ts'
import type { ExportRequest } from './request/request.ts'
import { layOut } from './rootfs/layout.ts'
import { withStaging } from './staging.ts'
import type { LayerCache } from './tarball/layer-cache.ts'
import type { Compression } from './tarball/members.ts'
import { type Packed, pack } from './tarball/pack.ts'

export interface ExportTools extends Compression {
  packages: PackageSource
  /** Where compressed packages are kept from one export to the next. */
  layers?: LayerCache
  publish: Publisher
  report: Reporter
  signal?: AbortSignal
}

/** What an export made. */
export interface Exported {
  /** The service's. */
  ident: FullIdent
  tarball: { path: string; name: string; size: number; sha256: string }
  location: Location
  app: AppDefinition
  /** The file of the app definition, and the text in it. */
  appPath: string
  appText: string
  /** `size`: bytes unpacked; `packed`: bytes in the tarball. */
  packages: readonly { ident: string; size: number; packed: number }[]
}

/**
 * The whole way from a request to a published tarball and its app definition. Both files appear in the output
 * folder when they are whole, or not at all.
 * @throws MesosizeError, its message ready for the person who asked
 */
export function exportPackage(request: ExportRequest, tools: ExportTools): Promise<Exported> {
  return withStaging(request.outputDir, async staging => {
    const closure = await resolveClosure(request, tools.packages, tools.report)
    const service = closure.service.metadata
    const name = tarballName(service.ident)
    const appName = name.replace(/\.tgz$/, '.json')

    // What Marathon would refuse is told now, and not after minutes of packing.
    const expected = { name, sha256: '', uri: 'file:///', found: closure.found }
    defineApp(service, expected, request.app, silent)

    const rootfs = layOut(closure)
    const phase = tools.report.phase('Packing', unpackedSize(closure), 'bytes')
    const staged = join(staging, name)
    const packed = await pack(rootfs, staged, { ...tools, phase })
    phase.done(`${closure.packages.length} packages`)

    const { size, sha256 } = packed
    const location = await tools.publish({
      path: staged,
      name,
      size,
      sha256,
      ident: service.ident,
    })

    const tarball = { name, sha256, uri: location.uri, found: closure.found }
    const app = defineApp(service, tarball, request.app, tools.report)
    const appText = appJson(app)
    await writeFile(join(staging, appName), appText)

    const result: Exported = {
      ident: service.ident,
      tarball: { path: resolve(request.outputDir, name), name, size, sha256 },
      location,
      app,
      appPath: resolve(request.outputDir, appName),
      appText,
      packages: sizes(closure, packed),
    }
    return { result, keep: [name, appName] }
  })
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
