import { availableParallelism, homedir } from 'node:os'
import { type Exported, exportPackage } from './export.ts'
import { openPackages } from './habitat/packages.ts'
import type { Fetch } from './http/fetch.ts'
import type { Publisher } from './publish/publisher.ts'
import type { Reporter } from './report.ts'
import type { ExportRequest } from './request/request.ts'
import { ThreadPool } from './threads/pool.ts'

export interface RunTools {
  fetch: Fetch
  publish: Publisher
  report: Reporter
  signal: AbortSignal
}

// Each thread has a decoder with a dictionary of up to 64 MiB; beyond this many the disk is what limits.
const MOST_THREADS = 4

/** Exports with threads of its own, which end with it. */
export async function runExport(request: ExportRequest, tools: RunTools): Promise<Exported> {
  const { fetch, publish, report, signal } = tools
  // Beside this file in the bundle.
  const script = new URL('worker.js', import.meta.url)
  const pool = new ThreadPool(script, Math.min(availableParallelism(), MOST_THREADS))
  // Whatever waits for a thread fails then, and so the whole export unwinds.
  signal.addEventListener('abort', () => pool.close())
  try {
    const packages = openPackages(request, {
      fetch,
      decodeXz: (file, start) => pool.decode(file, start),
      report,
      home: homedir(),
      isRoot: process.getuid?.() === 0,
      signal,
    })
    return await exportPackage(request, {
      packages,
      compress: block => pool.compress(block),
      blocksInFlight: 2 * pool.size,
      publish,
      report,
      signal,
    })
  } finally {
    await pool.close()
  }
}
