import type { RunContext } from '../../github/context.ts'
import { eventPullRequest } from '../../github/pull-request.ts'
import { appIdProblem } from '../../marathon/app/rules.ts'
import type { PreviewRemoval } from '../../preview/remove.ts'
import { parseHeaderLines } from '../../publish/header-lines.ts'
import { checkHttpTarget } from '../../publish/http.ts'
import type { MarathonAccess } from '../../settings/read-access.ts'
import { readDuration } from '../../settings/values.ts'
import type { Input } from '../shared/input-table.ts'
import type { Inputs } from '../shared/inputs.ts'
import { MARATHON_INPUTS, readAs, readMarathonAccess } from '../shared/marathon.ts'

/** Every input of the remove action, as in remove/action.yml. */
export const REMOVE_INPUTS = {
  'app-id': { form: 'text' },
  'pull-request': { form: 'text' },
  stale: { form: 'flag' },
  days: { form: 'text' },
  ...MARATHON_INPUTS,
  timeout: { form: 'text', default: '5m' },
  'upload-url': { form: 'text' },
  'upload-headers': { form: 'headers', secret: true },
  comment: { form: 'flag', default: 'true' },
  'github-token': { form: 'text', secret: true },
  summary: { form: 'flag', default: 'true' },
} as const satisfies Record<string, Input>

type RemoveInput = keyof typeof REMOVE_INPUTS

/** What is to be removed. */
export type Removal =
  | { kind: 'app'; id: string }
  | { kind: 'pull-request'; number: number }
  /** Previews of closed pull requests, and those that have not changed for so many days. */
  | { kind: 'stale'; days?: number }

/** What a workflow asks of the remove action. */
export interface RemoveAction extends PreviewRemoval {
  removal: Removal
  access: MarathonAccess
  githubToken: string
  summary: boolean
}

/** Reads all inputs; undefined if `inputs` has problems afterwards. */
export async function readRemoveAction(
  inputs: Inputs<RemoveInput>,
  context: RunContext,
): Promise<RemoveAction | undefined> {
  const removal = readRemoval(inputs, context)
  const access = await readMarathonAccess(inputs, context.fromFork)
  const rest = {
    timeout: (await readAs('timeout', inputs, () => readDuration(inputs.text('timeout')!)))!,
    uploads: await readUploads(inputs),
    comment: inputs.flag('comment'),
    githubToken: inputs.text('github-token') ?? '',
    summary: inputs.flag('summary'),
  }
  return removal && access && inputs.problems.length === 0 ? { removal, access, ...rest } : undefined
}

function readRemoval(inputs: Inputs<RemoveInput>, context: RunContext): Removal | undefined {
  const id = inputs.text('app-id')
  const stale = inputs.flag('stale')
  const days = inputs.number('days')
  const given = inputs.number('pull-request')
  const named = [
    id !== undefined && 'app-id',
    stale && 'stale',
    given !== undefined && 'pull-request',
  ].filter(name => name !== false)
  if (named.length > 1) inputs.problems.push(`${named.join(', ')}: only one can be. Keep one`)
  if (days !== undefined && !stale) inputs.problems.push('days: it goes with stale. Write stale: true too')
  if (id !== undefined) {
    const problem = appIdProblem(id)
    if (problem) inputs.problems.push(`app-id: ${JSON.stringify(id)} ${problem}`)
    return { kind: 'app', id: `/${id.replace(/^\//, '')}` }
  }
  if (stale) return { kind: 'stale', days }
  const number = given ?? eventPullRequest(context)
  if (number !== undefined) return { kind: 'pull-request', number }
  inputs.problems.push(
    `pull-request: the event ${JSON.stringify(context.eventName)} is about no pull request, and nothing else says what is to be removed. Let the workflow run on pull_request with types: [closed], or write pull-request: 12, app-id: /web/shop or stale: true`,
  )
  return undefined
}

async function readUploads(inputs: Inputs<RemoveInput>): Promise<RemoveAction['uploads']> {
  const uploadUrl = inputs.text('upload-url')
  const text = inputs.text('upload-headers')
  if (uploadUrl === undefined) {
    if (text !== undefined) {
      inputs.problems.push('upload-headers: they go with upload-url. Write both as for the export')
    }
    return undefined
  }
  const headers = await inputs.attempt(() => parseHeaderLines(text ?? '', 'upload-headers'))
  const target = { uploadUrl, headers: headers ?? {} }
  await inputs.attempt(() => checkHttpTarget(target))
  return target
}
