import { MesosizeError } from '../lib/errors.ts'
import type { Preview } from '../preview/preview.ts'
import type { RunContext } from './context.ts'
import type { GitHub } from './octokit.ts'

/** A pull request as it is now. */
export interface PullRequest {
  open: boolean
  /** The commit at its head. */
  head: string
  /** The branch that it shall go into. */
  base: string
}

/** @throws as `GitHub.rest` */
export async function getPullRequest({ rest, repository }: GitHub, number: number): Promise<PullRequest> {
  const { data } = await rest.pulls.get({ ...repository, pull_number: number })
  return { open: data.state === 'open', head: data.head.sha, base: data.base.ref }
}

/** The number of the pull request whose event started the run; undefined for other events. */
export function eventPullRequest({ event }: Pick<RunContext, 'event'>): number | undefined {
  const number = inside(event, 'pull_request', 'number')
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

/**
 * The preview that a run makes: of the pull request whose event started it, or in a run that another workflow
 * started of the one that a person names, for GitHub does not tell it where the pull request is from a fork.
 * @param given the number in the input `pull-request`
 * @throws MesosizeError NO_PULL_REQUEST
 */
export function previewOf(context: RunContext, given: number | undefined): Preview {
  const { event, eventName, repository, runId, runAttempt } = context
  const own = eventPullRequest(context)
  const commit =
    own === undefined
      ? inside(event, 'workflow_run', 'head_sha')
      : inside(event, 'pull_request', 'head', 'sha')
  const number = own ?? (commit === undefined ? undefined : given)
  if (number === undefined || typeof commit !== 'string' || !/^[0-9a-f]{40,64}$/.test(commit)) {
    throw new MesosizeError(
      'NO_PULL_REQUEST',
      eventName === 'workflow_run'
        ? 'pull-request: a run that another workflow started (workflow_run) does not tell of which pull request it is. Write pull-request: with the number that a step before has looked up, as in the README'
        : `preview: the event ${JSON.stringify(eventName)} is about no pull request. Let the workflow run on pull_request, or on workflow_run with pull-request: 12`,
    )
  }
  if (given !== undefined && given !== number) {
    throw new MesosizeError(
      'NO_PULL_REQUEST',
      `pull-request: the run is for the pull request ${number}, and not for ${given}. Remove the input`,
    )
  }
  return {
    repository: `${repository.owner}/${repository.repo}`,
    number,
    commit,
    run: { id: runId, attempt: runAttempt },
  }
}

function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], value)
}
