import type { ExportRequest } from '../export/request.ts'
import { resultOf } from '../export/result.ts'
import { runExport } from '../export/run.ts'
import { createFetch } from '../http/fetch.ts'
import { publishNowhere } from '../publish/none.ts'
import { formatSummary } from './export-summary.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function exportForPerson(
  { request, json }: { request: ExportRequest; json: boolean },
  { version, quiet, report, signal }: Session,
): Promise<number> {
  const fetch = createFetch({ version, signal })
  const publish = publishNowhere(request, report)
  const exported = await runExport(request, { fetch, publish, report, signal })
  report.close()
  const text = json ? `${JSON.stringify(resultOf(exported), null, 2)}\n` : exported.appText
  await print(text, `; the app definition is still in ${exported.appPath}`)
  if (!quiet) process.stderr.write(`\n${formatSummary(exported)}`)
  return 0
}
