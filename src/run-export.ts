import { availableParallelism, homedir } from 'node:os'
import { type Exported, exportPackage } from './export.ts'
import { openPackages } from './habitat/packages.ts'
import type { Fetch } from './http/fetch.ts'
import type { Publisher } from './publish/publisher.ts'
import type { Reporter } from './report.ts'
import type { ExportRequest } from './request/request.ts'
import { inRootfs } from './rootfs/layout.ts'
import type { Block } from './tarball/blocks.ts'
import { encodingFor, encodingName } from './tarball/gzip.ts'
import { keepLayer } from './tarball/keep-layer.ts'
import { openLayerCache } from './tarball/layer-folder.ts'
import { ThreadPool } from './threads/pool.ts'

export interface RunTools {
  fetch: Fetch
  publish: Publisher
  report: Reporter
  signal: AbortSignal
}

/** Exports with threads of its own, which end with it. */
export async function runExport(request: ExportRequest, tools: RunTools): Promise<Exported> {
  const { fetch, publish, report, signal } = tools
  const encoding = encodingFor(request.compressionLevel)
  if (encoding.encoder === 'zlib') {
    report.note(
      'This Node runs no WebAssembly, so its zlib compresses: slower, and to other bytes than elsewhere.',
    )
  }
  const layers = await openLayerCache(request.cache, encodingName(encoding), report)
  // Beside this file in the bundle.
  const script = new URL('worker.js', import.meta.url)
  const pool = new ThreadPool(script, request.jobs ?? defaultJobs(), encoding)
  // Whatever waits for a thread fails then, and so the whole export unwinds.
  signal.addEventListener('abort', () => pool.close())
  const compress = (block: Block) => pool.compress(block)
  try {
    const packages = openPackages(request, {
      fetch,
      decodeXz: (file, start) => pool.decode(file, start),
      report,
      layers,
      packAhead:
        layers &&
        ((key, entries, metadata) =>
          keepLayer(layers, key, inRootfs(entries), metadata, { compress, blocksInFlight: 2 })),
      home: homedir(),
      isRoot: process.getuid?.() === 0,
      signal,
    })
    return await exportPackage(request, {
      packages,
      layers,
      compress,
      blocksInFlight: 2 * pool.size,
      publish,
      report,
      signal,
    })
  } finally {
    await pool.close()
    await layers?.sweep()
  }
}

// Each thread takes some 25 MiB, and with harts a decoder's dictionary too.
const MOST_THREADS = 4

function defaultJobs(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}
