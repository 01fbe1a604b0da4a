import * as core from '@actions/core'
import { type Exported, type ExportedImage, layerBytes } from '../../export/exported.ts'
import { formatIdent } from '../../habitat/package/ident.ts'

/** Sets every output of the export action, as in action.yml; those that have no value are left out. */
export function setExportOutputs({ ident, image, app, appPath, appText, packages }: Exported): void {
  const outputs = {
    app: appText,
    'app-path': appPath,
    'app-id': app.id,
    ...imageOutputs(image),
    ident: formatIdent(ident),
    version: ident.version,
    release: ident.release,
    ports: JSON.stringify(app.portDefinitions ?? []),
    packages: JSON.stringify(packages),
  }
  for (const [name, value] of Object.entries(outputs)) if (value !== undefined) core.setOutput(name, value)
}

function imageOutputs(image: ExportedImage): Record<string, string | number | undefined> {
  if ('tarball' in image) {
    const { path, name, sha256, size, location } = image.tarball
    return {
      'tarball-path': path,
      'tarball-name': name,
      sha256,
      size,
      uri: location.uri,
      'asset-id': location.assetId,
      'artifact-id': location.artifactId,
    }
  }
  const layers = image.layers.map(({ name, path, size, sha256, packages, location }) => ({
    name,
    path,
    uri: location.uri,
    size,
    sha256,
    packages,
    uploaded: !location.kept,
  }))
  return { layers: JSON.stringify(layers), 'bytes-new': layerBytes(image.layers).added }
}
