import { messageOf, UsageError } from '../errors.ts'
import { parseHeaderLines } from '../publish/header-lines.ts'
import type { ExportInput } from './input-table.ts'
import type { Inputs } from './inputs.ts'

/** Where the tarball shall go. */
export type PublishRequest =
  | { to: 'none' | 'artifact' }
  | { to: 'release'; id?: number; tag?: string; draft: boolean; prerelease: boolean; overwrite: boolean }
  | { to: 'http'; uploadUrl: string; headers: Record<string, string> }
  | { to: 'artifact-store'; marathonUrl: string; authorization?: string }

const TARGETS = ['none', 'release', 'artifact', 'artifact-store', 'http'] as const

/** Reads the inputs about publishing; worth nothing if `inputs` has problems afterwards. */
export function readPublishRequest(inputs: Inputs<ExportInput>): PublishRequest {
  const to = inputs.choice('publish', TARGETS)
  switch (to) {
    case 'none':
    case 'artifact':
      return { to }
    case 'release':
      return {
        to,
        id: readReleaseId(inputs),
        tag: inputs.text('release-tag'),
        draft: inputs.flag('draft'),
        prerelease: inputs.flag('prerelease'),
        overwrite: inputs.flag('overwrite'),
      }
    case 'http':
      return { to, uploadUrl: required('upload-url', to, inputs), headers: readHeaders(inputs) }
    case 'artifact-store':
      return { to, marathonUrl: readMarathonUrl(inputs), authorization: readAuthorization(inputs) }
  }
}

function required(name: ExportInput, to: string, inputs: Inputs<ExportInput>): string {
  const text = inputs.text(name)
  if (text === undefined) inputs.problems.push(`${name}: "publish: ${to}" needs it. Write ${name}: https://…`)
  return text ?? ''
}

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

function readHeaders(inputs: Inputs<ExportInput>): Record<string, string> {
  try {
    return parseHeaderLines(inputs.text('upload-headers') ?? '', 'upload-headers')
  } catch (error) {
    inputs.problems.push(...(error instanceof UsageError ? error.problems : [messageOf(error)]))
    return {}
  }
}

/** With user and password in it, as the store takes them. */
function readMarathonUrl(inputs: Inputs<ExportInput>): string {
  const text = required('marathon-url', 'artifact-store', inputs)
  const user = inputs.text('marathon-user')
  const password = inputs.text('marathon-password')
  if ((user === undefined) !== (password === undefined)) {
    inputs.problems.push('marathon-user: it goes with marathon-password. Write both, or neither')
  }
  if (user === undefined || password === undefined || !URL.canParse(text)) return text
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
