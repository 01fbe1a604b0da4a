import type { FullIdent } from '../../habitat/package/ident.ts'
import type { FoundAt } from '../../habitat/package/package.ts'
import { type PackedTarball, tarballName, wholeImage } from '../../image/tarball.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { shellWord } from '../../lib/shell-quote.ts'
import { formatBytes } from '../../lib/terminal/format.ts'
import { hadoopScheme } from './fetch-scheme.ts'
import type { AppRequest, JsonObject } from './request.ts'

/** The image that the app runs, and its origin. */
export interface AppImage {
  /** Where the package came from, for the app's labels. */
  found: FoundAt
  /** In the order in which they are unpacked. */
  tarballs: readonly FetchedTarball[]
}

/** A file that agents fetch. The bytes at the URI of a layer never change. */
export type FetchedTarball = Pick<PackedTarball, 'isLayer' | 'size' | 'sha256'> & {
  location: { uri: string }
}

/** Mesos' default for `--fetcher_cache_size`, bytes. */
const DEFAULT_FETCHER_CACHE = 2 * 1024 ** 3

/**
 * The fields that make the agent fetch the image.
 * @param ident that of the service
 * @throws MesosizeError LAYER_URIS
 */
export function fetchFields(
  { tarballs }: AppImage,
  ident: FullIdent,
  { legacyUris, fetch: more = [] }: AppRequest,
  report: Reporter,
): JsonObject {
  const whole = wholeImage(tarballs)
  noteHadoop(tarballs, report)
  if (!whole) {
    checkLayers(tarballs, report)
    const fetch = tarballs.map(({ location: { uri } }, index) => ({
      uri,
      extract: false,
      cache: true,
      destPath: layerFile(`${index}`.padStart(3, '0')),
    }))
    return { fetch: [...fetch, ...more.map(uri => ({ uri }))] }
  }
  const { uri } = whole.location
  // No `cache`: the fetcher never checks whether the file at a URI has changed.
  if (!legacyUris) {
    const image = { uri, extract: false, destPath: tarballName(ident) }
    return { fetch: [image, ...more.map(uri => ({ uri }))] }
  }
  if (!/\.(?:tgz|tar\.gz)$/.test(uri)) {
    report.warn(
      `With ${setting('uris')} the agent unpacks the tarball only if its URI ends in .tgz or .tar.gz, but this one does not. Give another ${setting('uri')}, or leave ${setting('uris')} out.`,
    )
  }
  return { uris: [uri, ...more] }
}

/** Placeholder for the fetch fields while the image's location is unknown, because a patch may conflict with them. */
export function somethingFetched({ legacyUris, fetch: more = [] }: AppRequest): JsonObject {
  const uris = ['file:///', ...more]
  return legacyUris ? { uris } : { fetch: uris.map(uri => ({ uri })) }
}

/**
 * The command that unpacks the image in the sandbox. `tar` may be GNU tar, busybox tar or bsdtar; run as root, each
 * keeps owners and, with -p, modes.
 * @param ident that of the service
 * @param layered whether the image consists of layers
 */
export function unpackCommand(ident: FullIdent, layered: boolean): string {
  if (!layered) {
    const name = shellWord(tarballName(ident))
    return `tar -xzpf ${name} && rm ${name}`
  }
  // The shell sorts the names, and each layer builds on those before it. `exit` keeps the status of the failed command.
  return `for layer in ${layerFile('*')}; do tar -xzpf $layer && rm $layer || exit; done`
}

/** The labels that identify the image. */
export function imageLabels({ tarballs }: AppImage): Record<string, string> {
  const whole = wholeImage(tarballs)
  return whole ? { 'mesosize.sha256': whole.sha256 } : { 'mesosize.layers': `${tarballs.length}` }
}

function noteHadoop(tarballs: readonly FetchedTarball[], report: Reporter): void {
  for (const scheme of new Set(tarballs.flatMap(({ location }) => hadoopScheme(location.uri) ?? []))) {
    report.note(
      `Agents fetch ${scheme}:// URIs with the program hadoop: each needs one that is set up for ${scheme}. Where agents have none, use http or https.`,
    )
  }
}

/** The name of a layer's file in the sandbox. */
function layerFile(number: string): string {
  return `layer-${number}.tgz`
}

function checkLayers(layers: readonly FetchedTarball[], report: Reporter): void {
  const uris = layers.map(({ location }) => location.uri)
  // Before Mesos 1.8, two with the same URI can make an agent's fetcher wait for itself (MESOS-9172).
  const twice = uris.find((uri, index) => uris.indexOf(uri) < index)
  if (twice !== undefined) {
    throw new MesosizeError(
      'LAYER_URIS',
      `Two layers have the fetch URI ${JSON.stringify(twice)}. Include the layer's name in it, with {file} or {sha256}.`,
    )
  }
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  if (size > DEFAULT_FETCHER_CACHE) {
    report.warn(
      `The layers have ${formatBytes(size)} together, more than the 2 GiB that an agent's fetcher keeps by default: layers that do not fit are downloaded again for each task. Start the agents with a larger --fetcher_cache_size.`,
    )
  }
}
