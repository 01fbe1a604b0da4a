import { readFile } from 'node:fs/promises'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { anyObject, object, readJson, readValue, text } from '../lib/json.ts'
import { COMMIT } from './commit.ts'

export interface Repository {
  owner: string
  repo: string
}

/** What the runner reports about the current run. */
export interface RunContext {
  repository: Repository
  /** Of github.com or a GitHub Enterprise Server; without a final slash. */
  apiUrl: string
  serverUrl: string
  /** Such as `refs/heads/main`; a few events have none. */
  ref: string | undefined
  /** The tag that the run is for, without `refs/tags/`. */
  tag: string | undefined
  /** Of the commit. */
  sha: string
  runId: number
  runAttempt: number
  eventName: string
  /** The event's payload, unchecked: whoever opened the pull request has written parts of it. */
  event: Readonly<Record<string, unknown>>
  /** Whether a pull request from another repository started the run, whose token then can only read. */
  fromFork: boolean
}

/**
 * Reads the variables that the runner sets for each step ("Variables reference" in GitHub's documentation), and
 * the event's payload.
 * @param env environment variables, as in `process.env`
 * @throws MesosizeError NOT_IN_WORKFLOW, naming every variable that is missing or wrong
 */
export async function readContext(env: Readonly<Record<string, string | undefined>>): Promise<RunContext> {
  const problems: string[] = []

  /** A variable's value if it is valid; otherwise adds a problem, and returns any text. */
  function read(name: string, pattern: RegExp, what: string): string {
    const value = env[name] ?? ''
    if (value === '') problems.push(`${name} is not set`)
    else if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}, not ${what}`)
    return value
  }

  const [owner = '', repo = ''] = read('GITHUB_REPOSITORY', /^[\w.-]+\/[\w.-]+$/, 'OWNER/REPO').split('/')
  const apiUrl = read('GITHUB_API_URL', WEB_ADDRESS, 'a URL').replace(/\/+$/, '')
  const serverUrl = read('GITHUB_SERVER_URL', WEB_ADDRESS, 'a URL').replace(/\/+$/, '')
  const sha = read('GITHUB_SHA', COMMIT, 'a commit')
  const runId = Number(read('GITHUB_RUN_ID', /^[1-9]\d{0,15}$/, 'a number'))
  const runAttempt = Number(read('GITHUB_RUN_ATTEMPT', /^[1-9]\d{0,8}$/, 'a number'))
  const eventName = read('GITHUB_EVENT_NAME', /^\w+$/, 'the name of an event')
  const eventPath = read('GITHUB_EVENT_PATH', /./s, 'a path')
  const event =
    eventPath === '' ? {} : await readEvent(eventPath).catch(error => problems.push(messageOf(error)))

  if (problems.length > 0 || typeof event === 'number') {
    throw new MesosizeError(
      'NOT_IN_WORKFLOW',
      `This is not the environment that GitHub's runner makes for a step: ${problems.join('; ')}. ` +
        'Use the action in a workflow (uses: …); at a terminal, use the command line.',
    )
  }
  const ref = env.GITHUB_REF || undefined
  return {
    repository: { owner, repo },
    apiUrl,
    serverUrl,
    ref,
    tag: ref?.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined,
    sha,
    runId,
    runAttempt,
    eventName,
    event,
    fromFork: isFromFork(eventName, event, `${owner}/${repo}`),
  }
}

/** The web page of the run. */
export function runUrl({ serverUrl, repository, runId }: RunContext): string {
  return `${serverUrl}/${repository.owner}/${repository.repo}/actions/runs/${runId}`
}

const WEB_ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/

async function readEvent(path: string): Promise<Record<string, unknown>> {
  const json = await readFile(path, 'utf8').catch(error => {
    throw new Error(`the file of GITHUB_EVENT_PATH cannot be read: ${messageOf(error)}`)
  })
  const { value, problems } = readJson(anyObject, json)
  if (value) return value
  throw new Error(`the event in ${JSON.stringify(path)} of GITHUB_EVENT_PATH is unusable: ${problems[0]}`)
}

/** `pull_request_target` is not among these: its runs have the token of the base repository. */
const PULL_REQUEST = /^pull_request(_review|_review_comment)?$/

const FROM_HEAD = object({
  pull_request: object({ head: object({ repo: object({ full_name: text }) }) }),
})

function isFromFork(eventName: string, event: Record<string, unknown>, repository: string): boolean {
  if (!PULL_REQUEST.test(eventName)) return false
  // The repository of the head is null once the fork has been deleted.
  const name = readValue(FROM_HEAD, event).value?.pull_request.head.repo.full_name
  return name?.toLowerCase() !== repository.toLowerCase()
}
