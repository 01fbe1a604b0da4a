import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { resolveClosure } from '../habitat/package/closure.ts'
import { type FullIdent, formatIdent } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'
import type { PackageSource } from '../habitat/package/source.ts'
import { divide } from '../image/layers.ts'
import { type Packed, type PackOptions, pack } from '../image/pack.ts'
import { type Reporter, silent } from '../lib/report.ts'
import { appJson, defineApp } from '../marathon/app/app.ts'
import { checkBinds } from '../marathon/app/binds.ts'
import type { AppImage, AppLayer, AppTarball } from '../marathon/app/image.ts'
import { checkReleases } from '../marathon/app/updates.ts'
import {
  type ImagePublisher,
  LAYERS_FOLDER,
  layerName,
  type TarballFile,
  tarballName,
} from '../publish/publisher.ts'
import { GENERATED, layOut } from '../rootfs/layout.ts'
import type { Exported } from './exported.ts'
import type { ExportRequest } from './request.ts'
import { withStaging } from './staging.ts'

export interface ExportTools extends Omit<PackOptions, 'phase'> {
  packages: PackageSource
  publish: ImagePublisher
  report: Reporter
}

/**
 * The whole way from a request to a published image and its app definition. All files appear in the output folder
 * when they are whole, or not at all.
 * @throws MesosizeError, its message ready for the person who asked
 */
export function exportPackage(request: ExportRequest, tools: ExportTools): Promise<Exported> {
  return withStaging(request.outputDir, async staging => {
    const closure = await resolveClosure(request, tools.packages, tools.report, service =>
      checkBinds(service, request.app, tools.report),
    )
    checkReleases(closure, request.app)
    const service = closure.service.metadata
    const rootfs = layOut(closure)
    const contents = request.layering ? divide(rootfs, closure, request.layering) : [rootfs]

    // What Marathon would refuse is told now, and not after minutes of packing.
    const name = tarballName(service.ident)
    const expected = contents.map((_, index) => ({ name, sha256: '', size: 0, uri: `file:///${index}` }))
    defineApp(service, imageOf(closure, expected, request), request.app, silent)

    const phase = tools.report.phase('Packing', unpackedSize(closure), 'bytes')
    const archives = contents.map((parts, index) => ({ parts, file: join(staging, `${index}`) }))
    const packed = await pack(archives, { ...tools, phase })
    phase.done(`${closure.packages.length} packages`)

    const files = await nameFiles(packed, staging, service.ident, request)
    const locations = await tools.publish(files)

    const published = files.map((file, index) => ({ ...file, uri: locations[index]!.uri }))
    const app = defineApp(service, imageOf(closure, published, request), request.app, tools.report)
    const appText = appJson(app)
    const appName = name.replace(/\.tgz$/, '.json')
    await writeFile(join(staging, appName), appText)

    const tarballs = files.map(({ file, name, size, sha256 }, index) => ({
      path: resolve(request.outputDir, file),
      name,
      size,
      sha256,
      packages: packed[index]!.parts.map(part => part.name).filter(name => name !== GENERATED),
      location: locations[index]!,
    }))
    const result: Exported = {
      ident: service.ident,
      image: request.layering ? { layers: tarballs } : { tarball: tarballs[0]! },
      app,
      appPath: resolve(request.outputDir, appName),
      appText,
      packages: sizes(closure, packed),
    }
    return { result, keep: [...files.map(({ file }) => file), appName] }
  })
}

interface ImageFile extends TarballFile {
  /** Its path below the output folder, and below the staging folder. */
  file: string
}

/** Gives what was packed its names. */
async function nameFiles(
  packed: readonly Packed[],
  staging: string,
  ident: FullIdent,
  { layering }: ExportRequest,
): Promise<ImageFile[]> {
  if (layering) await mkdir(join(staging, LAYERS_FOLDER))
  return Promise.all(
    packed.map(async ({ size, sha256 }, index) => {
      const name = layering ? layerName(sha256) : tarballName(ident)
      const file = layering ? `${LAYERS_FOLDER}/${name}` : name
      const path = join(staging, file)
      await rename(join(staging, `${index}`), path)
      return { file, path, name, size, sha256, ident }
    }),
  )
}

function imageOf(
  { found }: Closure,
  tarballs: readonly (AppTarball & AppLayer)[],
  { layering }: ExportRequest,
): AppImage {
  return layering ? { found, layers: tarballs } : { found, tarball: tarballs[0]! }
}

function unpackedSize(closure: Closure): number {
  return closure.packages.reduce((sum, { metadata }) => sum + metadata.size, 0)
}

function sizes(closure: Closure, packed: readonly Packed[]): Exported['packages'] {
  const parts = packed.flatMap(archive => archive.parts)
  const packedSizes = new Map(parts.map(part => [part.name, part.packed]))
  return closure.packages.map(({ metadata }) => {
    const ident = formatIdent(metadata.ident)
    return { ident, size: metadata.size, packed: packedSizes.get(ident)! }
  })
}
