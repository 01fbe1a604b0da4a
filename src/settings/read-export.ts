import { isAbsolute } from 'node:path'
import type { ExportRequest } from '../export/request.ts'
import { LAYERINGS } from '../image/layers.ts'
import { setting } from '../lib/setting.ts'
import type { Positional } from './arguments.ts'
import { readFolder, readInstalledRoot, readNewFolder } from './files.ts'
import type { OptionValues } from './option-values.ts'
import type { OptionName } from './options.ts'
import { readPackage } from './package.ts'
import { readAppRequest } from './read-app.ts'
import {
  choiceOf,
  quoted,
  readBuilderUrl,
  readChannel,
  readFetchUri,
  readSize,
  readTarget,
  readToken,
  readUriBase,
  wholeNumber,
} from './values.ts'

/**
 * The request that a command line makes; worth nothing if `values` has problems afterwards.
 * @param origin the value of HAB_ORIGIN
 */
export async function readExportRequest(
  positionals: readonly Positional[],
  values: OptionValues<OptionName>,
  origin: string | undefined,
): Promise<ExportRequest> {
  const readPkg = (text: string) => readPackage(text, origin)
  const request: ExportRequest = {
    packages: await readPackages(positionals, values, readPkg),
    // A value with a default is missing only when it is a problem.
    builder: {
      url: (await values.one('url', readBuilderUrl))!,
      channel: (await values.one('channel', readChannel))!,
    },
    base: {
      url: (await values.one('base-pkgs-url', readBuilderUrl))!,
      channel: (await values.one('base-pkgs-channel', readChannel))!,
    },
    token: await values.one('auth', readToken),
    hab: await values.one('hab-pkg', readPkg),
    launcher: await values.one('launcher-pkg', readPkg),
    supervisor: await values.one('sup-pkg', readPkg),
    artifacts: await values.all('artifacts', readFolder),
    // hab makes the folder of HAB_CACHE_KEY_PATH when it first needs it.
    keys: await values.all('keys', values.written('keys') ? readFolder : readNewFolder),
    fsRoot: await values.one('fs-root', readInstalledRoot),
    target: (await values.one('target', readTarget))!,
    maxPackageSize: (await values.one('max-package-size', readSize))!,
    outputDir: (await values.one('output-dir', readNewFolder))!,
    layering: await values.one('layers', choiceOf(LAYERINGS)),
    compressionLevel: (await values.one('compression-level', wholeNumber(1, 12)))!,
    jobs: await values.one('jobs', wholeNumber(1, 256)),
    cache: await readCache(values),
    uri: await values.one('uri', readFetchUri),
    uriBase: await values.one('uri-base', readUriBase),
    app: await readAppRequest(values),
  }
  if (values.written('uri') && values.written('uri-base')) {
    values.problem(
      `${setting('uri')} and ${setting('uri-base')}: only one can be. Write ${setting('uri')} for the whole URI of the tarball, or ${setting('uri-base')} for what goes before its name.`,
    )
  }
  refuseOneUriForLayers(values)
  refuseHartsUnderRoot(request, values)
  return request
}

function refuseOneUriForLayers(values: OptionValues<OptionName>): void {
  if (!values.written('layers')) return
  if (values.written('uri')) {
    values.problem(
      `${setting('uri')} and ${setting('layers')}: layers are several files, and have a URI each. Write ${setting('uri-base')} for what goes before their names.`,
    )
  }
  if (values.written('uris')) {
    values.problem(
      `${setting('uris')} and ${setting('layers')}: with the old field agents unpack in any order, and layers have one. Leave one of the two out.`,
    )
  }
}

async function readCache(values: OptionValues<OptionName>): Promise<ExportRequest['cache']> {
  const folder = await values.one('cache', readNewFolder)
  const size = (await values.one('cache-size', readSize))!
  if (!values.written('no-cache')) return { folder, size }
  if (values.written('cache')) {
    values.problem(
      `${setting('cache')} and ${setting('no-cache')}: only one can be. Write ${setting('cache')} to name the folder, or ${setting('no-cache')} to do without.`,
    )
  }
  return undefined
}

async function readPackages(
  positionals: readonly Positional[],
  values: OptionValues<OptionName>,
  read: (text: string) => Promise<string>,
): Promise<string[]> {
  const packages: string[] = []
  for (const { text, doubtful } of positionals) {
    // `--cpus 1`: the 1 is no package, and no second mistake. It may also be a secret: `--token SECRET`.
    const name = doubtful ? await read(text).catch(() => undefined) : await values.attempt(() => read(text))
    if (name !== undefined) packages.push(name)
  }
  return packages
}

function refuseHartsUnderRoot(request: ExportRequest, values: OptionValues<OptionName>): void {
  if (!values.written('fs-root')) return
  const { packages, supervisor, launcher, hab } = request
  for (const name of [...packages, supervisor, launcher, hab]) {
    if (name === undefined || !isAbsolute(name)) continue
    values.problem(
      `${setting('fs-root')}: installed packages are read, and ${quoted(name)} is a file. Leave ${setting('fs-root')} out, or install the file there and give its identifier.`,
    )
  }
}
