import { isAbsolute } from 'node:path'
import type { ExportRequest } from '../export/request.ts'
import { setting } from '../lib/setting.ts'
import { secretProblems } from '../marathon/app/secrets.ts'
import { refuseIdle } from './idle.ts'
import { quoted } from './readers.ts'
import { APP, RESOURCES, SUPERVISOR } from './rows/app.ts'
import { NETWORK } from './rows/network.ts'
import { CACHE, OUTPUT, URIS } from './rows/output.ts'
import { PACKAGES } from './rows/packages.ts'
import { SCHEDULING } from './rows/scheduling.ts'
import type { SettingValues } from './setting-values.ts'

/**
 * What a person asks of an export; do not use the result if `values` has problems afterwards.
 * @param packages the named ones, each an ident or an absolute path of a hart
 */
export async function readExportRequest(
  values: SettingValues,
  packages: readonly string[],
): Promise<ExportRequest> {
  const { origin, builderUrl, channel, baseUrl, baseChannel, ...found } = await values.read(PACKAGES)
  const { folder, size, kept } = await values.read(CACHE)
  const { uri, uriBase } = await values.read(URIS)
  const app = {
    ...(await values.read(RESOURCES)),
    ...(await values.read(APP)),
    ...(await values.read(NETWORK)),
    ...(await values.read(SCHEDULING)),
  }
  const { strategy, ...supervisor } = await values.read(SUPERVISOR)
  const builder = { url: builderUrl, channel }
  const request: ExportRequest = {
    packages,
    builder,
    base: { url: baseUrl, channel: baseChannel },
    ...found,
    ...(await values.read(OUTPUT)),
    cache: kept ? { folder, size } : undefined,
    uri,
    uriBase,
    app: {
      ...app,
      ...supervisor,
      updates:
        strategy === undefined || strategy === 'none'
          ? undefined
          : { strategy, from: builder, token: found.token !== undefined },
    },
  }
  refuseContradictions(values, request)
  for (const problem of secretProblems(request.app)) values.problem(problem)
  refuseBesideRoot(values, request)
  return request
}

function refuseContradictions(values: SettingValues, { cache, app: { legacyUris } }: ExportRequest): void {
  if (values.written(URIS.uri) && values.written(URIS.uriBase)) {
    values.problem(
      `${setting('uri')} and ${setting('uri-base')}: only one can be given. Use ${setting('uri')} for the whole URI of the tarball, or ${setting('uri-base')} for what goes before its name.`,
    )
  }
  if (values.written(CACHE.folder) && !cache) {
    values.problem(
      `${setting('cache')} and ${setting('no-cache')}: only one can be given. Use ${setting('cache')} to name the folder, or ${setting('no-cache')} to do without.`,
    )
  }
  if (!cache) refuseIdle(values, [CACHE.size], setting('no-cache'))
  if (!values.written(OUTPUT.layering)) return
  if (values.written(URIS.uri)) {
    values.problem(
      `${setting('uri')} and ${setting('layers')}: layers are several files and have a URI each. Use ${setting('uri-base')} for what goes before their names.`,
    )
  }
  if (legacyUris) {
    values.problem(
      `${setting('uris')} and ${setting('layers')}: with the old field agents unpack in any order, but layers must be unpacked in sequence. Leave one of the two out.`,
    )
  }
}

/** Installed packages are read where they are, and without a Builder. */
function refuseBesideRoot(values: SettingValues, request: ExportRequest): void {
  if (!values.written(PACKAGES.fsRoot)) return
  const { artifacts, keys, baseUrl, baseChannel, maxPackageSize, builderUrl, channel, token } = PACKAGES
  refuseIdle(values, [artifacts, keys, baseUrl, baseChannel, maxPackageSize], setting('fs-root'))
  // Supervisors look there for updates.
  if (!request.app.updates) refuseIdle(values, [builderUrl, channel, token], setting('fs-root'))
  const { packages, supervisor, launcher, hab } = request
  for (const name of [...packages, supervisor, launcher, hab]) {
    if (name === undefined || !isAbsolute(name)) continue
    values.problem(
      `${setting('fs-root')}: reads installed packages, but ${quoted(name)} is a file. Leave ${setting('fs-root')} out, or install the file there and give its identifier.`,
    )
  }
}
