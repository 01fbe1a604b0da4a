import { availableParallelism, homedir } from 'node:os'
import { type Exported, exportPackage } from '../export.ts'
import { openPackages } from '../habitat/packages.ts'
import { createFetch } from '../http/fetch.ts'
import type { Reporter } from '../report.ts'
import type { ExportRequest } from '../request/request.ts'
import { ThreadPool } from '../threads/pool.ts'

// Each thread has a decoder with a dictionary of up to 64 MiB; beyond this many the disk is what limits.
const MOST_THREADS = 4

/**
 * Exports with threads and a network of its own.
 * @param version this program's, for the User-Agent
 */
export async function runExport(
  request: ExportRequest,
  version: string,
  report: Reporter,
  signal: AbortSignal,
): Promise<Exported> {
  // Beside this file in the bundle.
  const pool = new ThreadPool(
    new URL('worker.js', import.meta.url),
    Math.min(availableParallelism(), MOST_THREADS),
  )
  // Whatever waits for a thread fails then, and so the whole export unwinds.
  signal.addEventListener('abort', () => pool.close())
  try {
    const packages = openPackages(request, {
      fetch: createFetch({ version, signal }),
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
      report,
      signal,
    })
  } finally {
    await pool.close()
  }
}
