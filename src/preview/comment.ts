import { code, details, fenced, table } from '../lib/markdown.ts'
import { formatBytes, formatBytesChange } from '../lib/terminal/format.ts'
import type { Endpoint } from '../marathon/deploy/endpoints.ts'
import type { Preview } from './preview.ts'
import type { Builds, ImageComparison } from './sizes.ts'

/** What a comment on a pull request says about its preview. */
export interface PreviewComment {
  appId: string
  preview: Preview
  state: 'running' | 'failed'
  /** Why it failed; not Markdown. */
  reason?: string
  /** Ident of the service's package. */
  ident?: string
  endpoints?: readonly Endpoint[]
  /** In its image, compared with that of the base branch. */
  changes?: ImageComparison & { base: string }
  /** The web page of the workflow run. */
  runUrl: string
}

const MOST_ROWS = 15
/** Of one package. */
const MOST_VERSIONS = 3
const LONGEST_REASON = 2000
/** "comment body 65,536 characters" is GitHub's limit; everything else here is small. */
const MOST_ENDPOINTS = 100

/** What the comments on previews begin with. */
export const COMMENT_START = '<!-- mesosize: '

/** What the comment on one app begins with, so that it is found again. */
export function commentMarker(appId: string): string {
  return `${COMMENT_START}${appId} -->`
}

/**
 * The text that a comment gets when its preview has been removed.
 * @param body the text that it has
 * @param reason a sentence, unless it is simply that the pull request was closed
 * @param runUrl the web page of the workflow run
 */
export function removedBody(body: string, reason: string | undefined, runUrl: string): string {
  const [marker = ''] = body.split('\n')
  const id = marker.slice(COMMENT_START.length).replace(/ -->.*$/, '')
  const gone = `${code(id)} has been removed ([workflow run](${runUrl})).`
  return [marker, '### The preview was removed', reason === undefined ? gone : `${reason} ${gone}`, ''].join(
    '\n\n',
  )
}

/** The text of the comment, GitHub-flavoured Markdown; text from tasks and packages is only in code spans. */
export function commentBody(comment: PreviewComment): string {
  const { appId, preview, state, reason, ident, runUrl } = comment
  const rows = [
    ['App', code(appId)],
    ...(ident === undefined ? [] : [['Package', code(ident)]]),
    ['Commit', code(preview.commit.slice(0, 12))],
    ['Workflow run', `[${preview.run.id}, attempt ${preview.run.attempt}](${runUrl})`],
  ]
  return [
    commentMarker(appId),
    `### The preview ${state === 'running' ? 'is running' : 'failed to deploy'}`,
    ...(reason === undefined ? [] : [fenced('text', shorten(reason))]),
    ...endpointsOf(comment),
    table(['', ''], rows),
    ...changesOf(comment),
    logsOf(comment),
  ].join('\n\n')
}

function shorten(text: string): string {
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text
}

function endpointsOf({ endpoints = [], state }: PreviewComment): string[] {
  if (state !== 'running' || endpoints.length === 0) return []
  const web = webPort(endpoints)
  const rows = endpoints
    .slice(0, MOST_ENDPOINTS)
    .map(endpoint => [
      code(endpoint.name),
      endpoint.name === web ? urlOf(endpoint) : code(`${authority(endpoint.host)}:${endpoint.port}`),
    ])
  return [table(['Port', 'Where'], rows)]
}

/** The address at which a browser most likely finds something; undefined if no port is the service's own. */
export function previewUrl(endpoints: readonly Endpoint[]): string | undefined {
  const web = webPort(endpoints)
  const found = endpoints.find(({ name }) => name === web)
  return found && urlOf(found)
}

/** The port named http, else the first that is not the Supervisor's. */
function webPort(endpoints: readonly Endpoint[]): string | undefined {
  const names = endpoints.map(({ name }) => name).filter(name => !SUPERVISOR_PORTS.includes(name))
  return names.find(name => name === 'http') ?? names[0]
}

/** The names that an export gives them. */
const SUPERVISOR_PORTS: readonly string[] = ['gossip', 'gateway', 'ctl']

function urlOf({ host, port }: Endpoint): string {
  return `http://${authority(host)}:${port}`
}

function authority(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function changesOf({ changes: comparison }: PreviewComment): string[] {
  if (comparison === undefined) return []
  const { changes, unchanged, before, now, base } = comparison
  const rows = changes
    .slice(0, MOST_ROWS)
    .map(({ name, before, now }) => [
      code(name),
      versionsOf(before),
      versionsOf(now),
      ...sizesOf(before.packed, now.packed),
    ])
  const rest = [
    ...(changes.length > MOST_ROWS ? [`${changes.length - MOST_ROWS} more have changed`] : []),
    `${unchanged} unchanged`,
  ]
  return [
    `#### Changes, compared with ${code(base)}`,
    table(
      ['Package', 'Before', 'Now', 'In the tarball', 'Difference'],
      [...rows, [rest.join(', '), '', '', '', ''], ['**Tarball**', '', '', ...sizesOf(before, now)]],
    ),
  ]
}

function versionsOf({ versions }: Builds): string {
  if (versions.length === 0) return '–'
  const rest = versions.length - MOST_VERSIONS
  return [...versions.slice(0, MOST_VERSIONS).map(code), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

function sizesOf(before: number, now: number): [now: string, difference: string] {
  return [now > 0 ? formatBytes(now) : '–', now === before ? '' : formatBytesChange(now - before)]
}

function logsOf({ appId }: PreviewComment): string {
  const commands = [
    `npx mesosize status ${appId} --marathon "$MARATHON_URL"`,
    `npx mesosize logs ${appId} --marathon "$MARATHON_URL" --follow`,
  ]
  return details('Status and logs', fenced('sh', commands.join('\n')))
}
