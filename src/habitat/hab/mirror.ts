import { type Limits, readBytes } from '../../http/body.ts'
import { formatStatus, HttpStatusError } from '../../http/errors.ts'
import type { Fetch } from '../../http/fetch.ts'
import { get } from '../../http/get.ts'
import { FILE } from '../../http/pace.ts'
import { type RetryOptions, withRetries } from '../../http/retry.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { parseServerUrl, printableUrl } from '../../lib/url.ts'
import { isChannel } from '../package/channel.ts'
import { type HabManifest, parseManifest } from './manifest.ts'

export interface MirrorOptions {
  /** The part before `/files`, such as https://packages.chef.io. */
  url: string
  fetch: Fetch
  signal?: AbortSignal
  /** How transient failures are retried. */
  retry?: Omit<RetryOptions, 'signal'>
}

/**
 * Where releases of hab are downloaded from: packages.chef.io, or a server with the same layout
 * (habitat-sh/habitat, components/hab/install.sh). It has no listing. Its functions throw HTTP_… errors.
 */
export interface Mirror {
  /** The URL, safe to show. */
  url: string
  /** The manifest of the newest release in a channel; undefined if there is no such channel. */
  latest(channel: string): Promise<HabManifest | undefined>
  /** The manifest of one release, or undefined. */
  manifest(version: string): Promise<HabManifest | undefined>
  /** The published SHA-256 of a release's archive, lower-case hex; undefined if there is no such archive. */
  sha256(version: string, target: string): Promise<string | undefined>
  /**
   * Downloads the archive of a release into memory.
   * @param most maximum number of bytes
   * @returns the bytes, and the URL, safe to show
   */
  archive(version: string, target: string, most: number): Promise<{ from: string; bytes: Buffer }>
}

const MAX_TEXT = 1024 * 1024

/** @throws MesosizeError HAB_MIRROR if the URL cannot be used */
export function createMirror({ url, fetch, signal, retry }: MirrorOptions): Mirror {
  const files = parseMirrorUrl(url)
  const address = (path: string) => new URL(`${files.pathname}/${path}`, files)

  function read(from: URL, limits: Limits): Promise<Buffer> {
    return withRetries(
      async () => {
        const answer = await get(fetch, from, { signal })
        if (answer.response.ok) return readBytes(answer, limits)
        await answer.response.body?.cancel()
        throw new HttpStatusError(
          'HTTP_STATUS',
          `${answer.shown} answered ${formatStatus(answer.response.status)}. Check ${setting('hab-mirror')}, or try again later.`,
          answer.response,
        )
      },
      { ...retry, signal },
    ).catch(error => {
      if (!(error instanceof MesosizeError) || error.code !== 'HTTP_NETWORK') throw error
      const advice = `${error.message} To use another server, set ${setting('hab-mirror')}.`
      throw new MesosizeError(error.code, advice, { cause: error })
    })
  }

  async function text(from: URL): Promise<string | undefined> {
    try {
      return (await read(from, { most: MAX_TEXT })).toString('utf8')
    } catch (error) {
      // Object stores that forbid listing answer 403 for missing files.
      if (error instanceof HttpStatusError && (error.status === 404 || error.status === 403)) return undefined
      throw error
    }
  }

  async function manifest(folder: string): Promise<HabManifest | undefined> {
    const from = address(`${folder}/manifest.json`)
    const found = await text(from)
    return found === undefined ? undefined : parseManifest(found, printableUrl(from))
  }

  return {
    url: printableUrl(files),
    latest: channel => manifest(`${checkHabChannel(channel)}/habitat/latest`),
    manifest: version => manifest(`habitat/${version}`),
    async sha256(version, target) {
      const from = address(`habitat/${version}/${archiveName(target)}.sha256sum`)
      const found = await text(from)
      return found === undefined ? undefined : parseSum(found, printableUrl(from))
    },
    async archive(version, target, most) {
      const from = address(`habitat/${version}/${archiveName(target)}`)
      return { from: printableUrl(from), bytes: await read(from, { most, pace: FILE }) }
    },
  }
}

function archiveName(target: string): string {
  return `hab-${target}.tar.gz`
}

/**
 * The URL of a mirror, which may end in `/files` or before it.
 * @returns that of its `/files`
 * @throws MesosizeError HAB_MIRROR
 */
export function parseMirrorUrl(text: string): URL {
  const url = parseServerUrl(text)
  if (!url) {
    throw new MesosizeError(
      'HAB_MIRROR',
      `${setting('hab-mirror')}: ${JSON.stringify(printableUrl(text))} must be a URL without user and password. Write one such as https://packages.chef.io.`,
    )
  }
  url.pathname = `${url.pathname.replace(/(\/files)?\/*$/, '')}/files`
  url.search = ''
  url.hash = ''
  return url
}

/** @throws MesosizeError HAB_CHANNEL if it cannot be part of a URL */
export function checkHabChannel(channel: string): string {
  if (!isChannel(channel)) {
    throw new MesosizeError(
      'HAB_CHANNEL',
      `${setting('hab-channel')}: ${JSON.stringify(channel)} must be letters, digits and "_ . -". Write one such as stable.`,
    )
  }
  return channel
}

/** The output of sha256sum: 64 hex digits, two spaces, the file's name. */
function parseSum(text: string, from: string): string {
  const sum = /^([0-9a-f]{64})(\s|$)/i.exec(text)?.[1]
  if (sum === undefined) {
    throw new MesosizeError(
      'HAB_CHECKSUM',
      `${from} does not begin with a SHA-256 sum, so nothing was installed. Check the mirror and the network.`,
    )
  }
  return sum.toLowerCase()
}
