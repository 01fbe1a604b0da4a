import * as core from '@actions/core'
import type { Exported } from '../export.ts'
import { formatIdent } from '../habitat/ident.ts'

/** Sets every output of the export action, as in action.yml; those that have no value are left out. */
export function setExportOutputs({
  ident,
  tarball,
  location,
  app,
  appPath,
  appText,
  packages,
}: Exported): void {
  const outputs = {
    app: appText,
    'app-path': appPath,
    'app-id': app.id,
    'tarball-path': tarball.path,
    'tarball-name': tarball.name,
    sha256: tarball.sha256,
    size: tarball.size,
    uri: location.uri,
    ident: formatIdent(ident),
    version: ident.version,
    release: ident.release,
    'asset-id': location.assetId,
    'artifact-id': location.artifactId,
    ports: JSON.stringify(app.portDefinitions ?? []),
    packages: JSON.stringify(packages),
  }
  for (const [name, value] of Object.entries(outputs)) if (value !== undefined) core.setOutput(name, value)
}
