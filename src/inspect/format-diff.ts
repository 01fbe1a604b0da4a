import { code, table } from '../lib/markdown.ts'
import { formatBytes, formatBytesChange, formatTable } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import { formatDifference, hideSecrets } from '../marathon/deploy/diff.ts'
import type { FileChange, ImageDiff, PackageChange } from './diff.ts'

/** Of each package; the JSON has all. */
const MOST_FILES = 10

interface Row {
  /** What is known of it on both sides, or on the one that has it. */
  name: string
  before: string
  after: string
  size: string
}

/** How two images differ, as human-readable lines. */
export function formatDiff(diff: ImageDiff): string[] {
  const rows = rowsOf(diff)
  return [
    ...formatTable([
      ['Size', sizeChange(diff.packed)],
      ['Unpacked', sizeChange(diff.unpacked)],
      ['Packages', summaryOf(diff)],
    ]),
    ...(rows.length === 0
      ? []
      : [
          '',
          ...formatTable(
            [
              ['Package', 'old', 'new', 'unpacked'],
              ...rows.map(({ name, before, after, size }) => [
                visible(name),
                visible(before),
                visible(after),
                size,
              ]),
            ],
            [3],
          ),
        ]),
    ...warningOf(diff),
    ...[...diff.altered, ...diff.changed].flatMap(filesOf),
    ...section('Files outside packages', diff.generated),
    ...(diff.app
      ? [
          '',
          'App definition',
          ...(diff.app.length === 0
            ? ['  the same']
            : diff.app.map(one => `  ${visible(formatDifference(one))}`)),
        ]
      : []),
  ]
}

/** How two images differ, as JSON with every file, and without what looks secret in their app definitions. */
export function diffJson(diff: ImageDiff): string {
  return JSON.stringify({ ...diff, app: diff.app?.map(hideSecrets) }, null, 2)
}

/** How two images differ, as GitHub-flavoured Markdown for release notes and comments. */
export function diffMarkdown(diff: ImageDiff): string {
  const rows = rowsOf(diff).map(({ name, before, after, size }) => [
    code(name),
    before === '' ? '' : code(before),
    after === '' ? '' : code(after),
    size,
  ])
  return [
    `${summaryOf(diff)}. The image has ${sizeChange(diff.packed)}, unpacked ${sizeChange(diff.unpacked)}.`,
    ...(rows.length === 0 ? [] : [table(['Package', 'Old', 'New', 'Unpacked'], rows)]),
    ...warningOf(diff).filter(Boolean),
    ...(diff.app && diff.app.length > 0
      ? ['App definition:', diff.app.map(one => `- ${code(formatDifference(one))}`).join('\n')]
      : []),
  ].join('\n\n')
}

function summaryOf({ added, removed, changed, altered, unchanged }: ImageDiff): string {
  const parts = [
    [changed.length, 'changed'],
    [added.length, 'added'],
    [removed.length, 'removed'],
    [altered.length, 'with the same ident and other files'],
    [unchanged, 'unchanged'],
  ] as const
  return parts
    .filter(([count, what]) => count > 0 || what === 'unchanged')
    .map(([count, what]) => `${count} ${what}`)
    .join(', ')
}

function rowsOf({ added, removed, changed, altered }: ImageDiff): Row[] {
  const versions = ({ old, new: now }: PackageChange): Row => ({
    name: nameOf(now.ident),
    before: versionOf(old.ident),
    after: versionOf(now.ident),
    size: formatBytesChange(now.size - old.size),
  })
  return [
    ...altered.map(versions),
    ...changed.map(versions),
    ...added.map(({ ident, size }) => ({
      name: nameOf(ident),
      before: '',
      after: versionOf(ident),
      size: formatBytesChange(size),
    })),
    ...removed.map(({ ident, size }) => ({
      name: nameOf(ident),
      before: versionOf(ident),
      after: '',
      size: formatBytesChange(-size),
    })),
  ]
}

function warningOf({ altered }: ImageDiff): string[] {
  if (altered.length === 0) return []
  const idents = altered.map(({ new: { ident } }) => visible(ident)).join(', ')
  return [
    '',
    `${idents}: other files under the same ident. A build makes a new release each time, so one of the two was changed afterwards.`,
  ]
}

function filesOf({ new: { ident }, files }: PackageChange): string[] {
  return section(`Files of ${visible(ident)}`, files)
}

function section(heading: string, files: readonly FileChange[]): string[] {
  if (files.length === 0) return []
  const shown = files.slice(0, MOST_FILES)
  const rest = files.length - shown.length
  return [
    '',
    heading,
    ...formatTable(shown.map(one => [`  ${signOf(one)} ${visible(one.path)}`, sizesOf(one)])),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}

function signOf({ old, new: now }: FileChange): string {
  return old === undefined ? '+' : now === undefined ? '-' : '~'
}

function sizesOf({ old, new: now }: FileChange): string {
  if (old === undefined || now === undefined) return formatBytes(old ?? now ?? 0)
  return old === now ? formatBytes(now) : `${formatBytes(old)} → ${formatBytes(now)}`
}

function sizeChange({ old, new: now }: { old: number; new: number }): string {
  return old === now
    ? formatBytes(now)
    : `${formatBytes(old)} → ${formatBytes(now)} (${formatBytesChange(now - old)})`
}

function nameOf(ident: string): string {
  return ident.split('/').slice(0, 2).join('/')
}

function versionOf(ident: string): string {
  return ident.split('/').slice(2).join('/')
}
