import type { FoundAt } from '../../habitat/package/package.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { shellWord } from '../../lib/shell-quote.ts'
import { formatBytes } from '../../lib/terminal/format.ts'
import type { AppRequest, JsonObject } from './request.ts'

/** What the app runs, and where it came from. */
export type AppImage = {
  /** Where the package came from: for the app's labels. */
  found: FoundAt
} & ({ tarball: AppTarball } | { layers: readonly AppLayer[] })

export interface AppTarball {
  /** Its file's name, ORIGIN-NAME-VERSION-RELEASE.tgz. */
  name: string
  /** Of its bytes, in hexadecimal. */
  sha256: string
  /** Where agents fetch it. */
  uri: string
}

/** One of several tarballs, in the order in which they are unpacked. */
export interface AppLayer {
  /** Where agents fetch it; names its bytes for ever. */
  uri: string
  /** Bytes. */
  size: number
}

/** Mesos' own for `--fetcher_cache_size`, bytes. */
const DEFAULT_FETCHER_CACHE = 2 * 1024 ** 3

/**
 * What tells the agent to fetch the image.
 * @throws MesosizeError LAYER_URIS
 */
export function fetchFields(image: AppImage, { legacyUris }: AppRequest, report: Reporter): JsonObject {
  if ('layers' in image) {
    checkLayers(image.layers, report)
    const fetch = image.layers.map(({ uri }, index) => ({
      uri,
      extract: false,
      cache: true,
      destPath: layerFile(`${index}`.padStart(3, '0')),
    }))
    return { fetch }
  }
  const { uri, name } = image.tarball
  // No `cache`: the fetcher never asks whether what it has under a URI is still what is there.
  if (!legacyUris) return { fetch: [{ uri, extract: false, destPath: name }] }
  if (!/\.(?:tgz|tar\.gz)$/.test(uri)) {
    report.warn(
      `With ${setting('uris')} the agent unpacks the tarball by the end of its URI, which is neither .tgz nor .tar.gz here. Give another ${setting('uri')}, or leave ${setting('uris')} out.`,
    )
  }
  return { uris: [uri] }
}

/**
 * The command that unpacks the image in the sandbox. `tar` may be GNU's, busybox's or bsdtar; as root each keeps
 * owners and, with -p, modes.
 */
export function unpackCommand(image: AppImage): string {
  if ('tarball' in image) {
    const name = shellWord(image.tarball.name)
    return `tar -xzpf ${name} && rm ${name}`
  }
  // The shell sorts the names: each layer stands on those before it. `exit` gives the status of what failed.
  return `for layer in ${layerFile('*')}; do tar -xzpf $layer && rm $layer || exit; done`
}

/** The name that a layer has in the sandbox. */
function layerFile(number: string): string {
  return `layer-${number}.tgz`
}

function checkLayers(layers: readonly AppLayer[], report: Reporter): void {
  // Two of one URI can make an agent's fetcher wait for itself before Mesos 1.8 (MESOS-9172).
  const twice = layers.find(({ uri }, index) => layers.findIndex(other => other.uri === uri) < index)
  if (twice) {
    throw new MesosizeError(
      'LAYER_URIS',
      `Two layers have the fetch URI ${JSON.stringify(twice.uri)}. Name the layer in it, with {file} or {sha256}.`,
    )
  }
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  if (size > DEFAULT_FETCHER_CACHE) {
    report.warn(
      `The layers have ${formatBytes(size)} together, more than the 2 GiB that an agent's fetcher keeps unless it is told otherwise: what does not fit is downloaded for each task. Start the agents with a larger --fetcher_cache_size.`,
    )
  }
}
