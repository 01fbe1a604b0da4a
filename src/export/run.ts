import { availableParallelism, homedir } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { encodingFor, encodingName } from '../codec/gzip/gzip.ts'
import type { Block } from '../codec/tar/blocks.ts'
import type { PackAhead } from '../habitat/sources/harts.ts'
import { openPackages } from '../habitat/sources/packages.ts'
import type { Fetch } from '../http/fetch.ts'
import type { Reporter } from '../lib/report.ts'
import {
  CacheFolder,
  type CacheFolderOptions,
  keepPackage,
  openPackageCache,
} from '../package-cache/index.ts'
import type { Publisher } from '../publish/publisher.ts'
import { inRootfs } from '../rootfs/layout.ts'
import type { Exported } from './exported.ts'
import { type ExportTools, exportPackage } from './pipeline.ts'
import type { ExportRequest } from './request.ts'
import { stageExport } from './staging.ts'
import { ThreadPool } from './threads/pool.ts'

// Beside this file in the bundle.
const WORKER = new URL('worker.js', import.meta.url)

interface RunTools extends Pick<ExportTools, 'tryApp'> {
  fetch: Fetch
  publish: Publisher
  report: Reporter
  signal: AbortSignal
}

/** Exports with threads of its own, which end with it. */
export async function runExport(
  request: ExportRequest,
  { fetch, publish, tryApp, report, signal }: RunTools,
): Promise<Exported> {
  // Blocks pass through, and few objects about them survive: V8 would let the young generation grow
  // to tens of MiB in each thread.
  setFlagsFromString('--semi-space-growth-factor=1')
  const encoding = encodingFor(request.compressionLevel)
  if (encoding.encoder === 'zlib') {
    report.note(
      'This Node cannot run WebAssembly, or lacks SIMD or the memory for it, so its own zlib compresses: slower, and the tarball differs from one made elsewhere.',
    )
  }
  const options = { encoding: encodingName(encoding), report }
  const lasting = await openPackageCache(request.cache, options.encoding, report)
  try {
    return await stageExport(request, async staging => {
      const { folder } = staging
      const cache = lasting ?? cacheOfThisRun(request, { folder, ...options })
      const pool = new ThreadPool(WORKER, request.jobs ?? defaultJobs(), encoding)
      // Whatever waits for a thread fails then, and so the whole export unwinds.
      signal.addEventListener('abort', () => pool.close())
      // Nothing is kept, so there is everything to do.
      if (!cache) pool.start()
      const compress = (block: Block) => pool.compress(block)
      const packAhead: PackAhead | undefined =
        cache &&
        ((key, entries, metadata) =>
          keepPackage(cache, key, inRootfs(entries), metadata, { compress, blocksInFlight: 2 }))
      try {
        const packages = openPackages(request, {
          fetch,
          decodeXz: stream => pool.decode(stream),
          report,
          cache,
          packAhead,
          home: homedir(),
          isRoot: process.getuid?.() === 0,
          temporary: folder,
          signal,
        })
        return await exportPackage(request, {
          staging,
          packages,
          cache,
          compress,
          blocksInFlight: 2 * pool.size,
          onWork: () => pool.start(),
          publish,
          tryApp,
          report,
          signal,
        })
      } finally {
        await pool.close()
      }
    })
  } finally {
    await lasting?.sweep()
  }
}

/**
 * Where harts are packed while they are opened, if nothing is kept: their turn in the tarball comes later.
 * @returns undefined if each package is packed only when its turn comes
 */
function cacheOfThisRun(
  { fsRoot }: ExportRequest,
  options: Omit<CacheFolderOptions, 'limit'>,
): CacheFolder | undefined {
  // The metadata of installed packages can be read without decoding anything.
  if (fsRoot !== undefined) return undefined
  return new CacheFolder({ ...options, limit: Number.POSITIVE_INFINITY })
}

// Each thread takes some 25 MiB, plus a decoder's dictionary if there are harts.
const MOST_THREADS = 4

function defaultJobs(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}
