import { object, readJson, readValue, text } from '../lib/json.ts'
import type { GitHub } from './octokit.ts'

/** What GitHub shows as a deployment: an app in an environment, made from a commit. */
export interface DeploymentPlan {
  /** A commit. */
  ref: string
  environment: string
  /** The app's id in Marathon, by which it is found again. */
  app: string
}

export interface DeploymentStatus {
  state: 'in_progress' | 'success' | 'failure' | 'inactive'
  /** Where the environment can be seen. */
  url?: string
  /** The web page of the workflow run. */
  logUrl: string
}

/**
 * Creates a deployment in a transient environment.
 * @returns its number
 * @throws as `GitHub.rest`
 */
export async function createDeployment(
  { rest, repository }: GitHub,
  { ref, environment, app }: DeploymentPlan,
): Promise<number> {
  const { data } = await rest.repos.createDeployment({
    ...repository,
    ref,
    environment,
    payload: { app },
    // Deployed regardless of status checks, and without merging the base branch.
    required_contexts: [],
    auto_merge: false,
    transient_environment: true,
    production_environment: false,
  })
  // Only the response to a merge lacks an id.
  return (data as { id: number }).id
}

/** @throws as `GitHub.rest` */
export async function setDeploymentStatus(
  { rest, repository }: GitHub,
  deployment: number,
  { state, url, logUrl }: DeploymentStatus,
): Promise<void> {
  await rest.repos.createDeploymentStatus({
    ...repository,
    deployment_id: deployment,
    state,
    log_url: logUrl,
    ...(url !== undefined && { environment_url: url }),
    // GitHub leaves transient environments out of this: `retireDeployments` does it.
    auto_inactive: false,
  })
}

/**
 * Marks the deployments in an environment as inactive, unless they already are.
 * @param which `app`: only those of this app; `except`: one that remains
 * @throws as `GitHub.rest`
 */
export async function retireDeployments(
  github: GitHub,
  environment: string,
  logUrl: string,
  { app, except }: { app?: string; except?: number } = {},
): Promise<void> {
  const { paginate, rest, repository } = github
  const all = await paginate(rest.repos.listDeployments, { ...repository, environment, per_page: 100 })
  for (const { id, payload } of all) {
    if (id === except || (app !== undefined && appOf(payload) !== app)) continue
    const { data } = await rest.repos.listDeploymentStatuses({
      ...repository,
      deployment_id: id,
      per_page: 1,
    })
    if (data[0]?.state !== 'inactive') {
      await setDeploymentStatus(github, id, { state: 'inactive', logUrl })
    }
  }
}

const PAYLOAD = object({ app: text })

/** GitHub's description has the payload as an object or as JSON text. */
function appOf(payload: unknown): string | undefined {
  const read = typeof payload === 'string' ? readJson(PAYLOAD, payload) : readValue(PAYLOAD, payload)
  return read.value?.app
}
