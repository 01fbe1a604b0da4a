import type { ExportRequest } from '../export/request.ts'
import { resultOf } from '../export/result.ts'
import { runExport } from '../export/run.ts'
import { createFetch } from '../http/fetch.ts'
import { publishNowhere } from '../publish/none.ts'
import { formatSummary } from './export-summary.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/**
 * Exports several services, one after another, and prints a list: of what `export --json` prints for each, or of their
 * app definitions, which Marathon takes as it is (PUT /v2/apps).
 * @returns the exit status
 */
export async function exportServices(
  { requests, json }: { requests: readonly ExportRequest[]; json: boolean },
  { version, quiet, report, signal }: Session,
): Promise<number> {
  const fetch = createFetch({ version, signal })
  const results: object[] = []
  const summaries: string[] = []
  for (const [index, request] of requests.entries()) {
    report.note(`Service ${index + 1} of ${requests.length}: ${request.packages.join(', ')}`)
    const publish = publishNowhere(request, report)
    const exported = await runExport(request, { fetch, publish, report, signal })
    results.push(json ? resultOf(exported) : exported.app)
    summaries.push(formatSummary(exported))
  }
  report.close()
  const folders = [...new Set(requests.map(({ outputDir }) => outputDir))]
  const kept = `; the app definitions are still in ${folders.join(', ')}`
  await print(`${JSON.stringify(results, null, 2)}\n`, kept)
  if (!quiet) for (const summary of summaries) process.stderr.write(`\n${summary}`)
  return 0
}
