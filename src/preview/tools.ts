import type { RunContext } from '../github/context.ts'
import type { GitHub } from '../github/octokit.ts'
import type { Reporter } from '../lib/report.ts'
import type { Marathon } from '../marathon/api/client.ts'

/** What previews are deployed and removed with. */
export interface PreviewTools {
  marathon: Marathon
  github: GitHub
  context: RunContext
  report: Reporter
  signal: AbortSignal
}
