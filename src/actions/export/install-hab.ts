import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, copyFile, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as toolCache from '@actions/tool-cache'
import {
  createMirror,
  type HabRelease,
  habTarget,
  listedVersions,
  type Mirror,
  MOST_RELEASE_BYTES,
  parseManifest,
  resolveVersion,
  UnusableArchive,
  unpackRelease,
} from '../../habitat/hab/index.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { RetryOptions } from '../../http/retry.ts'
import { noteRetries } from '../../http/retry-notes.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'

export interface HabRequest {
  /** An exact version, `latest`, or a semver range. */
  version: string
  channel: string
  /** The part before `/files` in the URLs of packages.chef.io or its mirror. */
  mirror: string
  /** The Builder that lists older versions. */
  builder: string
}

export interface InstallHabTools {
  fetch: Fetch
  report: Reporter
  signal?: AbortSignal
  retry?: Omit<RetryOptions, 'signal'>
}

const TOOL = 'hab'
const MANIFEST = 'manifest.json'

/**
 * Installs hab into the runner's tool cache unless it is already there: the static binary of a release archive
 * whose SHA-256 matches the published one, and the release's manifest beside it.
 * @throws MesosizeError NOT_IN_WORKFLOW, RUNNER_UNSUPPORTED, HAB_MIRROR, HAB_CHANNEL, HAB_VERSION,
 *   HAB_VERSION_NOT_FOUND, HAB_CHECKSUM, HAB_ARCHIVE, HAB_MANIFEST, HTTP_…
 */
export async function installHab(request: HabRequest, tools: InstallHabTools): Promise<HabRelease> {
  const { fetch, report, signal } = tools
  // The toolkit's own error would only say that it is "not defined".
  if (!process.env.RUNNER_TOOL_CACHE) {
    throw new MesosizeError(
      'NOT_IN_WORKFLOW',
      `The variable RUNNER_TOOL_CACHE is not set, so there is no folder to install hab into; the runner sets it for each step. Write ${setting('use-hab', 'false')}, which exports a package without hab, or set the variable.`,
    )
  }
  const retry = { ...noteRetries(report), ...tools.retry }
  const target = habTarget(process.platform, process.arch)
  const mirror = createMirror({ url: request.mirror, fetch, signal, retry })
  const latest = async () => {
    const found = await mirror.latest(request.channel)
    if (found) return found.version
    throw new MesosizeError(
      'HAB_CHANNEL',
      `${mirror.url} has no channel ${JSON.stringify(request.channel)} of hab. Write one such as stable as ${setting('hab-channel')}.`,
    )
  }
  const version = await resolveVersion(request.version, {
    channel: request.channel,
    cached: toolCache.findAllVersions(TOOL, target),
    latest,
    listed: () => listedVersions(request.builder, fetch, signal),
    has: async candidate => (await mirror.sha256(candidate, target)) !== undefined,
    report,
  })
  const cached = toolCache.find(TOOL, version, target)
  if (cached !== '') {
    const release = await readRelease(cached, version, target).catch(() => undefined)
    if (release) return release
    report.note(`The cached hab ${version} was not installed by Mesosize; downloading it again.`)
  }
  return download(mirror, version, target, latest)
}

async function download(
  mirror: Mirror,
  version: string,
  target: string,
  latest: () => Promise<string>,
): Promise<HabRelease> {
  const [sum, manifest] = await Promise.all([mirror.sha256(version, target), mirror.manifest(version)])
  if (sum === undefined || manifest === undefined) {
    const newest = await latest().catch(() => undefined)
    throw new MesosizeError(
      'HAB_VERSION_NOT_FOUND',
      `${mirror.url} has no hab ${version} for ${target}. Check ${setting('hab-version')}${newest ? `; the latest in the channel is ${newest}` : ` and ${setting('hab-mirror')}`}.`,
    )
  }
  // Before the large download, and so that nothing is installed that cannot be used.
  manifest.packagesFor(target)
  const work = await mkdtemp(join(process.env.RUNNER_TEMP ?? tmpdir(), 'mesosize-hab-'))
  try {
    // In memory, so that the bytes that are checked are those that are unpacked.
    const { from, bytes } = await mirror.archive(version, target, MOST_RELEASE_BYTES)
    checkSum(bytes, sum, from)
    const kept = join(work, 'kept')
    await mkdir(kept)
    await copyFile(await unpack(bytes, join(work, 'unpacked'), from), join(kept, TOOL))
    await chmod(join(kept, TOOL), 0o755)
    await writeFile(join(kept, MANIFEST), manifest.text)
    return await readRelease(await toolCache.cacheDir(kept, TOOL, version, target), version, target)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** @param folder in the tool cache */
async function readRelease(folder: string, version: string, target: string): Promise<HabRelease> {
  const path = join(folder, TOOL)
  await access(path, constants.X_OK)
  const from = join(folder, MANIFEST)
  const packages = parseManifest(await readFile(from, 'utf8'), from).packagesFor(target)
  return { version, target, path, packages }
}

function checkSum(archive: Buffer, published: string, from: string): void {
  const actual = createHash('sha256').update(archive).digest('hex')
  if (actual === published) return
  throw new MesosizeError(
    'HAB_CHECKSUM',
    `${from} has the SHA-256 sum ${actual}, but ${published} is published for it. Nothing was installed. Try again; if this persists, check the mirror and any proxies in between.`,
  )
}

/** @returns the program in the archive's single top-level folder, `hab-VERSION-RELEASE-TARGET` */
async function unpack(archive: Buffer, folder: string, from: string): Promise<string> {
  await mkdir(folder)
  const top = await unpackRelease(archive, folder).catch(error => {
    throw error instanceof UnusableArchive ? unusable(from, error.message) : error
  })
  const path = join(folder, top, TOOL)
  const stats = await lstat(path).catch(() => undefined)
  if (!stats?.isFile()) throw unusable(from, `its folder ${JSON.stringify(top)} has no program "hab"`)
  return path
}

function unusable(from: string, problem: string): MesosizeError {
  return new MesosizeError(
    'HAB_ARCHIVE',
    `${from} is not an archive of hab: ${problem}. Nothing was installed. Check ${setting('hab-mirror')}, or choose another ${setting('hab-version')}.`,
  )
}
