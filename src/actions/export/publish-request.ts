import { basicUserProblem } from '../../lib/user-info.ts'
import { parseHeaderLines } from '../../publish/header-lines.ts'
import type { ExportInput } from '../shared/input-table.ts'
import type { Inputs } from '../shared/inputs.ts'

/** Where the tarball shall go. */
export type PublishRequest =
  | { to: 'none' | 'artifact' }
  | { to: 'release'; id?: number; tag?: string; draft: boolean; prerelease: boolean; overwrite: boolean }
  | { to: 'http'; uploadUrl: string; headers: Record<string, string> }
  | { to: 'artifact-store'; marathonUrl: string; authorization?: string }

const TARGETS = ['none', 'release', 'artifact', 'artifact-store', 'http'] as const

/** Reads the inputs about publishing; where `inputs` gets problems by that, nothing is published. */
export async function readPublishRequest(inputs: Inputs<ExportInput>): Promise<PublishRequest> {
  const { length } = inputs.problems
  const request = await readTarget(inputs)
  return inputs.problems.length > length ? { to: 'none' } : request
}

async function readTarget(inputs: Inputs<ExportInput>): Promise<PublishRequest> {
  const to = inputs.choice('publish', TARGETS)
  switch (to) {
    case 'none':
    case 'artifact':
      return { to }
    case 'release':
      return {
        to,
        id: readReleaseId(inputs),
        tag: readReleaseTag(inputs),
        draft: inputs.flag('draft'),
        prerelease: inputs.flag('prerelease'),
        overwrite: inputs.flag('overwrite'),
      }
    case 'http':
      return { to, uploadUrl: required('upload-url', to, inputs), headers: await readHeaders(inputs) }
    case 'artifact-store':
      return { to, marathonUrl: readMarathonUrl(inputs), authorization: readAuthorization(inputs) }
  }
}

function required(name: ExportInput, to: string, inputs: Inputs<ExportInput>): string {
  const text = inputs.text(name)
  if (text === undefined) inputs.problems.push(`${name}: "publish: ${to}" needs it. Write ${name}: https://…`)
  return text ?? ''
}

/** What Git allows as the name of a ref (git-check-ref-format), and no whole ref. */
function readReleaseTag(inputs: Inputs<ExportInput>): string | undefined {
  const text = inputs.text('release-tag')
  if (text?.startsWith('refs/')) {
    inputs.problems.push(
      `release-tag: ${JSON.stringify(text)} is a ref, not a tag. Write release-tag: \${{ github.ref_name }}`,
    )
  } else if (text !== undefined && NO_TAG.test(text)) {
    inputs.problems.push(
      `release-tag: ${JSON.stringify(text)} can be no tag in Git. Write one such as release-tag: v1.2.3`,
    )
  }
  return text
}

const NO_TAG = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|^@$|^-|(^|\/)(\.|\/|$)|\.$|\.lock(\/|$)/

function readReleaseId(inputs: Inputs<ExportInput>): number | undefined {
  const text = inputs.text('release-id')
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    inputs.problems.push(
      `release-id: ${JSON.stringify(text)} is no number of a release. Write the id that the API gives it, or release-tag: v1.2.3`,
    )
  }
  if (inputs.text('release-tag') !== undefined) {
    inputs.problems.push('release-id: there is a release-tag too. Keep one of the two')
  }
  return Number(text)
}

async function readHeaders(inputs: Inputs<ExportInput>): Promise<Record<string, string>> {
  const text = inputs.text('upload-headers') ?? ''
  return (await inputs.attempt(() => parseHeaderLines(text, 'upload-headers'))) ?? {}
}

/** With user and password in it, as the store takes them. */
function readMarathonUrl(inputs: Inputs<ExportInput>): string {
  const text = required('marathon-url', 'artifact-store', inputs)
  const user = inputs.text('marathon-user')
  const password = inputs.text('marathon-password')
  if ((user === undefined) !== (password === undefined)) {
    inputs.problems.push('marathon-user: it goes with marathon-password. Write both, or neither')
  }
  const problem = basicUserProblem(user ?? '')
  if (problem !== undefined) inputs.problems.push(`marathon-user: it ${problem}`)
  if (user === undefined || password === undefined || problem !== undefined || !URL.canParse(text))
    return text
  const url = new URL(text)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}

function readAuthorization(inputs: Inputs<ExportInput>): string | undefined {
  const token = inputs.text('dcos-token')
  if (token === undefined) return undefined
  if (inputs.text('marathon-user') !== undefined) {
    inputs.problems.push('dcos-token: there is a marathon-user too. Keep one way to log in')
  }
  return `token=${token}`
}
