import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { resolveClosure } from '../habitat/package/closure.ts'
import { dashedIdent, type FullIdent, formatIdent } from '../habitat/package/ident.ts'
import type { Closure, HartDigests } from '../habitat/package/package.ts'
import type { PackageSource } from '../habitat/package/source.ts'
import { divide } from '../image/layers.ts'
import { type PackOptions, pack } from '../image/pack.ts'
import { type NamedTarball, nameTarball, type PackedTarball, type PlannedTarball } from '../image/tarball.ts'
import { makeFolder } from '../lib/make-folder.ts'
import { type Reporter, silent } from '../lib/report.ts'
import { interruptible } from '../lib/signals.ts'
import { appJson, checkApp, defineApp } from '../marathon/app/app.ts'
import { checkBinds } from '../marathon/app/binds.ts'
import { checkReleases } from '../marathon/app/updates.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { Publisher, SbomFile } from '../publish/publisher.ts'
import { layOut } from '../rootfs/layout.ts'
import type { Exported } from './exported.ts'
import type { ExportRequest } from './request.ts'
import type { Staging } from './staging.ts'
import type { Staged } from './staging-folder.ts'

export interface ExportTools extends Omit<PackOptions, 'phase'> {
  staging: Staging
  packages: PackageSource
  publish: Publisher
  /** Starts the app from the files that will be published; what it throws prevents that. */
  tryApp?: (app: AppDefinition) => Promise<void>
  report: Reporter
}

/**
 * The whole way from a request to a published image and its app definition.
 * @returns the paths of files as they will be once the staging has ended
 * @throws MesosizeError, its message ready for the person who asked
 */
export async function exportPackage(request: ExportRequest, tools: ExportTools): Promise<Staged<Exported>> {
  const { outputDir } = request
  const { staging, report } = tools
  // Reading a package's metadata means decoding its hart, which is packed at the same time: see HartPackages.
  const closure = await resolveClosure(request, tools.packages, report, service =>
    checkBinds(service, request.app, report),
  )
  const service = closure.service.metadata
  const planned = await interruptible(() => {
    checkReleases(closure, request.app)
    const planned = divide(layOut(closure), closure, request.layering)
    checkApp(service, planned, request.app)
    return planned
  })

  const packed = await packAll(planned, closure, tools)
  const named = await Promise.all(packed.map(tarball => nameFile(tarball, service.ident, staging.folder)))
  await tools.tryApp?.(appForTrying(named, closure, request))
  const sbom = staging.writeSbom && (await writeSbom(staging.writeSbom, closure, named))
  const tarballs = await tools.publish(named, sbom)

  const image = { found: closure.found, tarballs }
  const app = await interruptible(() => defineApp(service, image, request.app, report))
  const appText = appJson(app)
  const appFile = `${dashedIdent(service.ident)}.json`
  await writeFile(join(staging.folder, appFile), appText)

  const result: Exported = {
    ident: service.ident,
    tarballs: tarballs.map(tarball => ({ ...tarball, path: resolve(outputDir, tarball.file) })),
    app,
    appPath: resolve(outputDir, appFile),
    appText,
    sbomPath: request.sbom === undefined ? undefined : resolve(request.sbom),
    packages: sizes(closure, packed),
  }
  return { result, keep: [...tarballs.map(({ file }) => file), appFile] }
}

/**
 * The app definition with which an agent on this machine runs the files before they are published. It is only for
 * trying them: their file:// URIs hold until the staging ends, and no other machine has them.
 */
function appForTrying(
  named: readonly NamedTarball[],
  { service, found }: Closure,
  { app }: ExportRequest,
): AppDefinition {
  const tarballs = named.map(tarball => ({ ...tarball, location: { uri: `file://${tarball.path}` } }))
  return defineApp(service.metadata, { found, tarballs }, app, silent)
}

async function packAll(
  planned: readonly PlannedTarball[],
  { packages }: Closure,
  tools: ExportTools,
): Promise<PackedTarball[]> {
  const unpacked = packages.reduce((sum, { metadata }) => sum + metadata.size, 0)
  const phase = tools.report.phase('Packing', unpacked, 'bytes')
  const packed = await pack(planned, tools.staging.folder, { ...tools, phase })
  phase.done(`${packages.length} packages`)
  return packed
}

/** Names a packed tarball. */
async function nameFile(packed: PackedTarball, ident: FullIdent, folder: string): Promise<NamedTarball> {
  const named = nameTarball(packed, ident)
  const path = join(folder, named.file)
  await makeFolder(dirname(path))
  await rename(packed.path, path)
  return { ...named, path }
}

async function writeSbom(
  write: NonNullable<Staging['writeSbom']>,
  closure: Closure,
  tarballs: readonly NamedTarball[],
): Promise<SbomFile> {
  // Loaded only where it is needed, because the library and the list of licences are large.
  const { sbomName, sbomText } = await import('../sbom/sbom.ts')
  const harts = await digestsOfHarts(closure)
  const bytes = Buffer.from(sbomText({ closure, harts, tarballs, version: manifest.version }))
  const path = await write(bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name: sbomName(closure.service.metadata.ident), path, size: bytes.length, sha256 }
}

async function digestsOfHarts({ packages }: Closure): Promise<Map<string, HartDigests>> {
  const found = new Map<string, HartDigests>()
  for (const each of packages) {
    const digests = await each.hartDigests?.()
    if (digests) found.set(formatIdent(each.metadata.ident), digests)
  }
  return found
}

function sizes({ packages }: Closure, packed: readonly PackedTarball[]): Exported['packages'] {
  const parts = packed.flatMap(tarball => tarball.parts)
  const packedSizes = new Map(parts.map(part => [part.name, part.packed]))
  return packages.map(({ metadata }) => {
    const ident = formatIdent(metadata.ident)
    return { ident, size: metadata.size, packed: packedSizes.get(ident)! }
  })
}
