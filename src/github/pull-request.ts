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

/** The number of the pull request whose event started the run; undefined for other events. */
export function eventPullRequest({ event }: Pick<RunContext, 'event'>): number | undefined {
  const number = inside(event, 'pull_request', 'number')
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

/** What a value holds under a path of names; undefined if anything on the path is missing. */
export function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], value)
}
