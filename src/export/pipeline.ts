import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { resolveClosure } from '../habitat/package/closure.ts'
import { dashedIdent, type FullIdent, formatIdent } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'
import type { PackageSource } from '../habitat/package/source.ts'
import { divide } from '../image/layers.ts'
import { type PackOptions, pack } from '../image/pack.ts'
import { type NamedTarball, nameTarball, type PackedTarball } from '../image/tarball.ts'
import { type Reporter, silent } from '../lib/report.ts'
import { appJson, defineApp } from '../marathon/app/app.ts'
import type { Publisher } from '../publish/publisher.ts'
import { layOut } from '../rootfs/layout.ts'
import type { Exported } from './exported.ts'
import type { ExportRequest } from './request.ts'
import { withStaging } from './staging.ts'

export interface ExportTools extends Omit<PackOptions, 'phase'> {
  packages: PackageSource
  publish: Publisher
  report: Reporter
}

/**
 * The whole way from a request to a published image and its app definition. All files appear in the output folder
 * when they are whole, or not at all.
 * @throws MesosizeError, its message ready for the person who asked
 */
export function exportPackage(request: ExportRequest, tools: ExportTools): Promise<Exported> {
  return withStaging(request.outputDir, async staging => {
    const closure = await resolveClosure(request, tools.packages, tools.report)
    const { found } = closure
    const service = closure.service.metadata
    const planned = divide(layOut(closure), closure, request.layering)

    // What Marathon would refuse is told now, and not after minutes of packing.
    const expected = planned.map(({ isLayer }, index) => ({
      ...{ isLayer, sha256: '', size: 0, location: { uri: `file:///${index}` } },
    }))
    defineApp(service, { found, tarballs: expected }, request.app, silent)

    const phase = tools.report.phase('Packing', unpackedSize(closure), 'bytes')
    const packed = await pack(planned, staging, { ...tools, phase })
    phase.done(`${closure.packages.length} packages`)

    const named = await Promise.all(packed.map(tarball => nameFile(tarball, service.ident, staging)))
    const published = await tools.publish(named)

    const app = defineApp(service, { found, tarballs: published }, request.app, tools.report)
    const appText = appJson(app)
    const appName = `${dashedIdent(service.ident)}.json`
    await writeFile(join(staging, appName), appText)

    const result: Exported = {
      ident: service.ident,
      tarballs: published.map(tarball => ({ ...tarball, path: resolve(request.outputDir, tarball.file) })),
      app,
      appPath: resolve(request.outputDir, appName),
      appText,
      packages: sizes(closure, packed),
    }
    return { result, keep: [...named.map(({ file }) => file), appName] }
  })
}

/** Gives what was packed its name. */
async function nameFile(packed: PackedTarball, ident: FullIdent, staging: string): Promise<NamedTarball> {
  const named = nameTarball(packed, ident)
  const path = join(staging, named.file)
  await mkdir(dirname(path), { recursive: true })
  await rename(packed.path, path)
  return { ...named, path }
}

function unpackedSize(closure: Closure): number {
  return closure.packages.reduce((sum, { metadata }) => sum + metadata.size, 0)
}

function sizes(closure: Closure, packed: readonly PackedTarball[]): Exported['packages'] {
  const parts = packed.flatMap(tarball => tarball.parts)
  const packedSizes = new Map(parts.map(part => [part.name, part.packed]))
  return closure.packages.map(({ metadata }) => {
    const ident = formatIdent(metadata.ident)
    return { ident, size: metadata.size, packed: packedSizes.get(ident)! }
  })
}
