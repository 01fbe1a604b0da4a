import type { ExportRequest } from '../export/request.ts'
import { runExport } from '../export/run.ts'
import { createFetch } from '../http/fetch.ts'
import { publishNowhere } from '../publish/none.ts'
import { formatSummary } from './export-summary.ts'
import { print, type Session } from './session.ts'

/** @returns the exit status */
export async function exportForPerson(
  request: ExportRequest,
  { version, report, signal }: Session,
): Promise<number> {
  const fetch = createFetch({ version, signal })
  const publish = publishNowhere(request, report)
  const exported = await runExport(request, { fetch, publish, report, signal })
  report.close()
  await print(exported.appText, `; it is still in ${exported.appPath}`)
  process.stderr.write(`\n${formatSummary(exported)}`)
  return 0
}
