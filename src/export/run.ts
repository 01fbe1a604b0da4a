import { availableParallelism, homedir } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { type Encoding, encodingFor, encodingName, startEncoder } from '../codec/gzip/gzip.ts'
import type { Block } from '../codec/tar/blocks.ts'
import { openPackages } from '../habitat/sources/packages.ts'
import type { Fetch } from '../http/fetch.ts'
import type { Reporter } from '../lib/report.ts'
import { LayerFolder, type LayerFolderOptions } from '../package-cache/folder.ts'
import { keepLayer } from '../package-cache/keep.ts'
import { openLayerCache } from '../package-cache/open.ts'
import type { ImagePublisher } from '../publish/publisher.ts'
import { inRootfs } from '../rootfs/layout.ts'
import type { Exported } from './exported.ts'
import { exportPackage } from './pipeline.ts'
import type { ExportRequest } from './request.ts'
import { withStaging } from './staging.ts'
import { ThreadPool } from './threads/pool.ts'

export interface RunTools {
  fetch: Fetch
  publish: ImagePublisher
  report: Reporter
  signal: AbortSignal
}

/** Exports with threads of its own, which end with it. */
export async function runExport(request: ExportRequest, tools: RunTools): Promise<Exported> {
  const { report } = tools
  // Blocks pass through, and little of what is told of them lives on: V8 would let the room for what is young grow
  // to tens of MiB in each thread.
  setFlagsFromString('--semi-space-growth-factor=1')
  const encoding = encodingFor(request.compressionLevel)
  if (encoding.encoder === 'zlib') {
    report.note(
      'This Node runs no WebAssembly, or not with SIMD or the memory for it, so its own zlib compresses: slower, and to other bytes than elsewhere.',
    )
  }
  const options = { encoding: encodingName(encoding), report }
  const cache = await openLayerCache(request.cache, options.encoding, report)
  try {
    return await withStaging(request.outputDir, async temporary => {
      const layers = cache ?? layersOfThisExport(request, { folder: temporary, ...options })
      return { result: await exportWith(layers, temporary, request, encoding, tools), keep: [] }
    })
  } finally {
    await cache?.sweep()
  }
}

/** Reading what a hart says of itself means decoding it, which should not happen again for the tarball. */
function layersOfThisExport(
  { fsRoot }: ExportRequest,
  options: Omit<LayerFolderOptions, 'limit'>,
): LayerFolder | undefined {
  // Installed packages say what they are without being read.
  if (fsRoot !== undefined) return undefined
  return new LayerFolder({ ...options, limit: Number.POSITIVE_INFINITY })
}

/**
 * @param layers where packages are kept; without, each is packed when its turn in the tarball comes
 * @param temporary a folder that is removed afterwards
 */
async function exportWith(
  layers: LayerFolder | undefined,
  temporary: string,
  request: ExportRequest,
  encoding: Encoding,
  { fetch, publish, report, signal }: RunTools,
): Promise<Exported> {
  // Beside this file in the bundle.
  const script = new URL('worker.js', import.meta.url)
  const pool = new ThreadPool(script, request.jobs ?? defaultJobs(), encoding)
  // Whatever waits for a thread fails then, and so the whole export unwinds.
  signal.addEventListener('abort', () => pool.close())
  // Nothing is kept, so there is everything to do.
  if (!layers) pool.start()
  const encode = startEncoder(encoding)
  const compress = async (block: Block) => (isSmall(block) ? encode(block) : pool.compress(block))
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
      temporary,
      signal,
    })
    return await exportPackage(request, {
      packages,
      layers,
      compress,
      blocksInFlight: 2 * pool.size,
      onWork: () => pool.start(),
      publish,
      report,
      signal,
    })
  } finally {
    await pool.close()
  }
}

const SMALL = 256 << 10

/**
 * Whether a block is compressed sooner than a thread starts, and needs no file read: so are the generated files,
 * which are all that is left to do where every package is in the cache.
 */
function isSmall({ length, holes }: Block): boolean {
  return length <= SMALL && holes.length === 0
}

// Each thread takes some 25 MiB, and with harts a decoder's dictionary too.
const MOST_THREADS = 4

function defaultJobs(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}
