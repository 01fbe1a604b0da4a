import * as core from '@actions/core'
import { type Exported, layerBytes, packagesIn } from '../../export/exported.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import { wholeImage } from '../../image/tarball.ts'

/**
 * Sets every output of the export action, as in action.yml; those that have no value are left out.
 * @param changes since the last release, Markdown
 */
export function setExportOutputs(
  { ident, tarballs, app, appPath, appText, sbomPath, packages }: Exported,
  changes?: string,
): void {
  const outputs = {
    app: appText,
    'app-path': appPath,
    'app-id': app.id,
    sbom: sbomPath,
    ...imageOutputs(tarballs),
    ident: formatIdent(ident),
    version: ident.version,
    release: ident.release,
    ports: JSON.stringify(app.portDefinitions ?? []),
    packages: JSON.stringify(packages),
    changes,
  }
  for (const [name, value] of Object.entries(outputs)) if (value !== undefined) core.setOutput(name, value)
}

function imageOutputs(tarballs: Exported['tarballs']): Record<string, string | number | undefined> {
  const whole = wholeImage(tarballs)
  if (whole) {
    const { path, name, sha256, size, location } = whole
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
  const layers = tarballs.map(layer => ({
    name: layer.name,
    path: layer.path,
    uri: layer.location.uri,
    size: layer.size,
    sha256: layer.sha256,
    packages: packagesIn(layer),
    uploaded: !layer.location.kept,
  }))
  return { layers: JSON.stringify(layers), 'bytes-new': layerBytes(tarballs).added }
}
