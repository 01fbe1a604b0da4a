import { join } from 'node:path'
import type { XzDecoder } from '../../codec/xz/xz.ts'
import type { Fetch } from '../../http/fetch.ts'
import { noteRetries } from '../../http/retry-notes.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { hasSetting, setting } from '../../lib/setting.ts'
import type { PackageCache } from '../../package-cache/index.ts'
import { type Builder, createBuilder } from '../builder/builder.ts'
import type { OriginKeyName } from '../package/origin-key.ts'
import type { PackageRequest } from '../package/request.ts'
import type { PackageSource } from '../package/source.ts'
import { CachedPackages } from './cached-packages.ts'
import { HartPackages, type PackAhead } from './harts.ts'
import { InstalledPackages } from './installed.ts'
import { KeyRing } from './key-ring.ts'

export interface PackageTools {
  fetch: Fetch
  decodeXz: XzDecoder
  report: Reporter
  /** Packages whose compressed bytes it contains are not read. */
  cache?: PackageCache
  packAhead?: PackAhead
  /** The user's home folder, and whether the user is root, whose caches hab keeps elsewhere. */
  home: string
  isRoot: boolean
  /** A folder with room for the contents of harts; nothing remains in it. */
  temporary: string
  signal?: AbortSignal
}

/**
 * Where the packages of an export come from: installed packages if a root was named, else harts.
 * @throws MesosizeError NO_WEBASSEMBLY if harts cannot be read at all
 */
export function openPackages(request: PackageRequest, tools: PackageTools): PackageSource {
  const { fsRoot, installedFrom } = request
  const [own = '', other = ''] = cacheFolders(tools)
  const caches = [...request.artifacts, join(own, 'artifacts'), join(other, 'artifacts')]
  if (fsRoot !== undefined) {
    return new InstalledPackages(fsRoot, installedFrom, [join(fsRoot, 'hab/cache/artifacts'), ...caches])
  }
  if ((globalThis as { WebAssembly?: unknown }).WebAssembly === undefined) {
    const instead = hasSetting('fs-root')
      ? `install the packages with hab and name their root with ${setting('fs-root')}`
      : `let hab install the packages with ${setting('use-hab', 'true')}`
    throw new MesosizeError(
      'NO_WEBASSEMBLY',
      `Harts cannot be read, because this Node cannot run WebAssembly. Start it without --jitless, or ${instead}.`,
    )
  }
  const { fetch, report, cache, packAhead, signal } = tools
  const builder = (url: string) =>
    createBuilder({
      url,
      token: request.token,
      fetch,
      signal,
      retry: noteRetries(report),
      maxPackageSize: request.maxPackageSize,
    })
  const harts = new HartPackages({
    target: request.target,
    searched: request.artifacts,
    caches,
    storeIn: join(own, 'artifacts'),
    keys: new KeyRing({
      folders: [...request.keys, join(own, 'keys'), join(other, 'keys')],
      fetchKey: name => fetchKey(name, [...new Set([request.builder.url, request.base.url])].map(builder)),
      storeIn: join(own, 'keys'),
    }),
    builder,
    decodeXz: tools.decodeXz,
    maxPackageSize: request.maxPackageSize,
    temporary: tools.temporary,
    cache,
    packAhead,
    report,
  })
  return cache ? new CachedPackages(harts, cache, request.target) : harts
}

/** Asks one Builder after the other: Habitat's own packages may come from a different one than the user's. */
async function fetchKey(name: OriginKeyName, [first, ...others]: readonly Builder[]): Promise<string> {
  try {
    return await first!.publicKey(name)
  } catch (error) {
    if (others.length === 0) throw error
    return fetchKey(name, others)
  }
}

/** Habitat's caches, starting with the one that hab itself would write to (components/core/src/fs.rs). */
function cacheFolders({ home, isRoot }: PackageTools): string[] {
  const folders = [join(home, '.hab/cache'), '/hab/cache']
  return isRoot ? folders.reverse() : folders
}
