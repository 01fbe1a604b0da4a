import { NOT_FOUND, page, type Reply, refuse, timestamp } from './github-server-http.ts'
import { sample } from './github-server-openapi.ts'

export interface StoredPull {
  number: number
  state: 'open' | 'closed'
  /** The commit at its head. */
  head: string
  base: string
}

export interface StoredComment {
  id: number
  /** The number of the issue or pull request. */
  issue: number
  body: string
  /** Who wrote it. */
  user: { type: 'Bot' | 'User'; association: string }
  createdAt: string
}

export interface StoredDeployment {
  id: number
  sha: string
  environment: string
  transient: boolean
  payload: unknown
  /** The first is the oldest. */
  statuses: { id: number; state: string; url: string; logUrl: string }[]
}

export interface PullsState {
  pulls: StoredPull[]
  comments: StoredComment[]
  deployments: StoredDeployment[]
}

interface Call {
  parameters: Record<string, string>
  query: URLSearchParams
  body: Record<string, unknown>
}

/** GitHub's limit of a comment. */
const LONGEST_COMMENT = 65536

/** The routes of pull requests, their comments, and deployments. */
export function pullRoutes(
  { pulls, comments, deployments }: PullsState,
  { root, nextId }: { root: string; nextId: () => number },
): { method: string; path: string; handle: (call: Call) => Reply }[] {
  const repository = '/repos/{owner}/{repo}'
  const comment = `${repository}/issues/comments/{comment_id}`
  const statuses = `${repository}/deployments/{deployment_id}/statuses`
  const commentOf = ({ parameters }: Call) => comments.find(({ id }) => String(id) === parameters.comment_id)
  const deploymentOf = ({ parameters }: Call) =>
    deployments.find(({ id }) => String(id) === parameters.deployment_id)
  return [
    {
      method: 'GET',
      path: `${repository}/pulls/{pull_number}`,
      handle: ({ parameters }) => {
        const pull = pulls.find(({ number }) => String(number) === parameters.pull_number)
        return pull ? { status: 200, body: renderPull(pull) } : NOT_FOUND
      },
    },
    {
      method: 'GET',
      path: `${repository}/issues/{issue_number}/comments`,
      handle: ({ parameters, query }) => {
        const own = comments.filter(({ issue }) => String(issue) === parameters.issue_number)
        return page(own.map(renderComment), query, `${root}/issues/${parameters.issue_number}/comments`)
      },
    },
    {
      method: 'POST',
      path: `${repository}/issues/{issue_number}/comments`,
      handle: ({ parameters, body }) => {
        if (!pulls.some(({ number }) => String(number) === parameters.issue_number)) return NOT_FOUND
        if (String(body.body).length > LONGEST_COMMENT) return TOO_LONG
        const made: StoredComment = {
          id: nextId(),
          issue: Number(parameters.issue_number),
          body: String(body.body),
          user: { type: 'Bot', association: 'NONE' },
          createdAt: timestamp(),
        }
        comments.push(made)
        return { status: 201, body: renderComment(made) }
      },
    },
    {
      method: 'PATCH',
      path: comment,
      handle: call => {
        const found = commentOf(call)
        if (!found) return NOT_FOUND
        if (String(call.body.body).length > LONGEST_COMMENT) return TOO_LONG
        found.body = String(call.body.body)
        return { status: 200, body: renderComment(found) }
      },
    },
    {
      method: 'DELETE',
      path: comment,
      handle: call => {
        const found = commentOf(call)
        if (!found) return NOT_FOUND
        comments.splice(comments.indexOf(found), 1)
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: `${repository}/deployments`,
      handle: ({ query }) => {
        const wanted = query.get('environment')
        const listed = deployments.filter(({ environment }) => wanted === null || environment === wanted)
        return page(listed.toReversed().map(renderDeployment), query, `${root}/deployments`)
      },
    },
    {
      method: 'POST',
      path: `${repository}/deployments`,
      handle: ({ body }) => {
        if (!/^[0-9a-f]{40}$/.test(String(body.ref))) return refuse(422, `No ref found for: ${body.ref}`)
        // Without these two GitHub may merge the base branch, or refuse while checks run: this one's own is running.
        if (body.auto_merge !== false || JSON.stringify(body.required_contexts) !== '[]') {
          return refuse(409, 'Conflict: Commit status checks failed for main.')
        }
        const made: StoredDeployment = {
          id: nextId(),
          sha: String(body.ref),
          environment: String(body.environment),
          transient: body.transient_environment === true,
          payload: body.payload,
          statuses: [],
        }
        deployments.push(made)
        return { status: 201, body: renderDeployment(made) }
      },
    },
    {
      method: 'GET',
      path: statuses,
      handle: call => {
        const found = deploymentOf(call)
        if (!found) return NOT_FOUND
        return page(
          found.statuses.toReversed().map(renderStatus),
          call.query,
          `${root}/deployments/${found.id}/statuses`,
        )
      },
    },
    {
      method: 'POST',
      path: statuses,
      handle: call => {
        const found = deploymentOf(call)
        if (!found) return NOT_FOUND
        const { state, environment_url = '', log_url = '' } = call.body
        const made = {
          id: nextId(),
          state: String(state),
          url: String(environment_url),
          logUrl: String(log_url),
        }
        found.statuses.push(made)
        return { status: 201, body: renderStatus(made) }
      },
    },
  ]
}

const TOO_LONG = refuse(422, 'Validation Failed', [
  {
    resource: 'IssueComment',
    code: 'unprocessable',
    field: 'data',
    message: 'Body is too long (maximum is 65536 characters)',
  },
])

/** Fields that are left out have any value that GitHub's description allows. */
function renderPull({ number, state, head, base }: StoredPull) {
  const rendered = sample('pull-request')
  const ends = {
    head: { ...rendered.head, sha: head, ref: `topic-${number}` },
    base: { ...rendered.base, ref: base },
  }
  return { ...rendered, ...ends, number, state }
}

function renderComment({ id, body, user, createdAt }: StoredComment) {
  return {
    ...sample('issue-comment'),
    id,
    body,
    created_at: createdAt,
    author_association: user.association,
    user: { ...sample('simple-user'), type: user.type },
  }
}

function renderDeployment({ id, sha, environment, transient, payload }: StoredDeployment) {
  return {
    ...sample('deployment'),
    id,
    sha,
    ref: sha,
    environment,
    transient_environment: transient,
    payload,
  }
}

function renderStatus({ id, state, url, logUrl }: StoredDeployment['statuses'][number]) {
  const urls = { ...(url !== '' && { environment_url: url }), ...(logUrl !== '' && { log_url: logUrl }) }
  return { ...sample('deployment-status'), id, state, ...urls }
}
