import { stat } from 'node:fs/promises'
import * as core from '@actions/core'
import type { Reporter } from '../../lib/report.ts'

/** Bytes. The runner discards a step's whole summary if it has more (actions/runner, CreateStepSummaryCommand). */
const LONGEST = 1024 * 1024

/**
 * Adds to the step's summary, unless it would get too long; then a note says so. Third-party runners and old servers
 * have no summaries.
 * @param markdown GitHub-flavoured
 */
export async function addSummary(markdown: string, report: Reporter): Promise<void> {
  const path = process.env.GITHUB_STEP_SUMMARY
  if (!path) return
  const { size } = await stat(path)
  const length = Buffer.byteLength(markdown)
  if (size + length > LONGEST) {
    report.note(
      `${length.toLocaleString('en')} bytes are not added to the job summary, of which the runner keeps at most 1 MiB per step.`,
    )
    return
  }
  await core.summary.addRaw(markdown).write()
}
