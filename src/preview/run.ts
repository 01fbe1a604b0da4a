import { COMMIT } from '../github/commit.ts'
import type { RunContext } from '../github/context.ts'
import { eventPullRequest } from '../github/pull-request.ts'
import { MesosizeError } from '../lib/errors.ts'
import { object, pattern, readValue } from '../lib/json.ts'
import { setting } from '../lib/setting.ts'
import type { Preview } from './preview.ts'

/**
 * The branch whose image previews will be compared with, if the run is for a push to one; for any other event, a
 * preview is exported.
 */
export function baseBranch({ eventName, ref }: RunContext): string | undefined {
  return eventName === 'push' && ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
}

const commit = pattern(COMMIT, 'a commit')
const WORKFLOW_RUN = object({ workflow_run: object({ head_sha: commit }) })
const PULL_REQUEST = object({ pull_request: object({ head: object({ sha: commit }) }) })

/**
 * The preview that a run makes: of the pull request whose event started it, or, in a run that another workflow
 * started, of the given one, since GitHub does not report one from a fork there.
 * @param given the number in the input `pull-request`
 * @throws MesosizeError NO_PULL_REQUEST
 */
export function previewOf(context: RunContext, given: number | undefined): Preview {
  const { event, eventName, repository, runId, runAttempt } = context
  const own = eventPullRequest(context)
  const commit =
    own === undefined
      ? readValue(WORKFLOW_RUN, event).value?.workflow_run.head_sha
      : readValue(PULL_REQUEST, event).value?.pull_request.head.sha
  const number = own ?? (commit === undefined ? undefined : given)
  if (number === undefined || commit === undefined) {
    throw new MesosizeError(
      'NO_PULL_REQUEST',
      eventName === 'workflow_run'
        ? `${setting('pull-request')}: a run that another workflow started (workflow_run) does not say which pull request it is for. Give the number that an earlier step has looked up, as in docs/previews.md.`
        : `${setting('preview')}: the event ${JSON.stringify(eventName)} is not about a pull request. Let the workflow run on pull_request, or on workflow_run with ${setting('pull-request', '12')}.`,
    )
  }
  if (given !== undefined && given !== number) {
    throw new MesosizeError(
      'NO_PULL_REQUEST',
      `${setting('pull-request')}: the run is for pull request ${number}, not ${given}. Remove the input.`,
    )
  }
  return {
    repository: `${repository.owner}/${repository.repo}`,
    number,
    commit,
    run: { id: runId, attempt: runAttempt },
  }
}
