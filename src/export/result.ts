import { formatIdent } from '../habitat/package/ident.ts'
import { wholeImage } from '../image/tarball.ts'
import { definedPorts } from '../marathon/app/defined-ports.ts'
import type { JsonObject } from '../marathon/app/request.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { type Exported, layerBytes, packagesIn } from './exported.ts'

/** What an export made, for programs. What has no value is undefined. Sizes are in bytes. */
export interface ExportResult extends ImageResult {
  app: AppDefinition
  appPath: string
  appId: string
  /** The path of the SBOM. */
  sbom?: string
  /** The service's package: its full ident, and two of its parts. */
  ident: string
  version: string
  release: string
  /** The port definitions of the app, or, on a network other than that of the host, its port mappings. */
  ports: readonly JsonObject[]
  packages: Exported['packages']
}

/** Either about the tarball, or about the layers. */
interface ImageResult {
  tarballPath?: string
  tarballName?: string
  /** Lower-case hex. */
  sha256?: string
  size?: number
  uri?: string
  assetId?: number
  artifactId?: number
  /** In the order in which agents unpack them. */
  layers?: readonly LayerResult[]
  /** Of the layers that were not there before. */
  bytesNew?: number
}

interface LayerResult {
  name: string
  path: string
  uri: string
  size: number
  sha256: string
  /** Idents. */
  packages: readonly string[]
  /** Whether it was not there before. */
  uploaded: boolean
}

export function resultOf({ ident, tarballs, app, appPath, sbomPath, packages }: Exported): ExportResult {
  return {
    app,
    appPath,
    appId: app.id,
    sbom: sbomPath,
    ...imageResult(tarballs),
    ident: formatIdent(ident),
    version: ident.version,
    release: ident.release,
    ports: definedPorts(app),
    packages,
  }
}

function imageResult(tarballs: Exported['tarballs']): ImageResult {
  const whole = wholeImage(tarballs)
  if (whole) {
    const { path, name, sha256, size, location } = whole
    const { uri, assetId, artifactId } = location
    return { tarballPath: path, tarballName: name, sha256, size, uri, assetId, artifactId }
  }
  const layers = tarballs.map(layer => ({
    name: layer.name,
    path: layer.path,
    uri: layer.location.uri,
    size: layer.size,
    sha256: layer.sha256,
    packages: packagesIn(layer),
    uploaded: !layer.location.existing,
  }))
  return { layers, bytesNew: layerBytes(tarballs).added }
}
