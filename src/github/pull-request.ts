import { object, readValue, whole } from '../lib/json.ts'
import type { RunContext } from './context.ts'
import type { GitHub } from './octokit.ts'

/** A pull request as it is now. */
export interface PullRequest {
  open: boolean
  /** The commit at its head. */
  head: string
  /** The branch that it is to be merged into. */
  base: string
}

/** @throws as `GitHub.rest` */
export async function getPullRequest({ rest, repository }: GitHub, number: number): Promise<PullRequest> {
  const { data } = await rest.pulls.get({ ...repository, pull_number: number })
  return { open: data.state === 'open', head: data.head.sha, base: data.base.ref }
}

const EVENT = object({ pull_request: object({ number: whole() }) })

/** The number of the pull request whose event started the run; undefined for other events. */
export function eventPullRequest({ event }: Pick<RunContext, 'event'>): number | undefined {
  return readValue(EVENT, event).value?.pull_request.number
}
