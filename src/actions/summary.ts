import type { Exported } from '../export.ts'
import { formatIdent } from '../habitat/ident.ts'
import type { JsonObject } from '../marathon/request.ts'
import { formatBytes, formatDuration } from '../terminal/format.ts'
import type { Step } from './steps.ts'

const LARGEST = 10

/**
 * What was exported, as GitHub-flavoured Markdown for the job summary: a table, the ports, a diagram of the
 * sizes, the app definition, and how to deploy it.
 */
export function exportSummary(exported: Exported, steps: readonly Step[]): string {
  const { ident, tarball, location, app, appPath, appText, packages } = exported
  const unpacked = packages.reduce((sum, { size }) => sum + size, 0)
  const where = location.page ?? location.uri
  return [
    `## ${ident.origin}/${ident.name} ${ident.version}`,
    table(
      ['', ''],
      [
        ['Package', code(formatIdent(ident))],
        ['Tarball', /^https?:/.test(where) ? `[${tarball.name}](<${where}>)` : code(tarball.name)],
        ['Fetch URI', code(location.uri)],
        ['Size', `${formatBytes(tarball.size)}, ${formatBytes(unpacked)} unpacked`],
        ['SHA-256', code(tarball.sha256)],
        ['App', code(app.id)],
      ],
    ),
    ...portsOf(app),
    ...sizesOf(packages),
    details('App definition', fenced('json', appText)),
    details(
      'How to deploy it',
      fenced(
        'sh',
        `curl -X PUT "$MARATHON/v2/apps/${app.id.replace(/^\//, '')}" -H 'Content-Type: application/json' -d @'${appPath}'`,
      ),
    ),
    details(
      'Time',
      table(
        ['Step', 'Time'],
        steps.map(({ title, duration }) => [title, formatDuration(duration)]),
      ),
    ),
    '',
  ].join('\n\n')
}

function portsOf(app: JsonObject): string[] {
  const ports = (app.portDefinitions ?? []) as { name?: string; protocol?: string }[]
  if (ports.length === 0) return []
  const rows = ports.map(({ name, protocol }, index) => [
    code(name ?? String(index)),
    protocol ?? 'tcp',
    code(name === undefined ? `PORT${index}` : `PORT_${name.toUpperCase()}`),
  ])
  return ['### Ports', table(['Port', 'Protocol', 'In the task'], rows)]
}

function sizesOf(packages: Exported['packages']): string[] {
  const bySize = packages.toSorted((a, b) => b.packed - a.packed)
  const largest = bySize.slice(0, LARGEST)
  const others = bySize.slice(LARGEST)
  const slices = largest.map(({ ident, packed }) => [ident.split('/').slice(0, 2).join('/'), packed] as const)
  const rest = others.reduce((sum, { packed }) => sum + packed, 0)
  const pie = [
    'pie showData',
    ...[...slices, ...(rest > 0 ? [[`${others.length} more`, rest] as const] : [])].map(
      ([name, packed]) => `  "${name}" : ${packed}`,
    ),
  ]
  const rows = bySize.map(({ ident, size, packed }) => [code(ident), formatBytes(size), formatBytes(packed)])
  return [
    '### Packages',
    `Bytes in the tarball, by package:`,
    fenced('mermaid', pie.join('\n')),
    details(`All ${packages.length}`, table(['Package', 'Unpacked', 'In the tarball'], rows)),
  ]
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
}

function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`
}

/** A code span, whatever backticks the text holds (CommonMark, section 6.1); a bar would end a table's cell. */
function code(text: string): string {
  const ticks = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  const padded = text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text
  return `${ticks}${padded.replaceAll('|', '\\|')}${ticks}`
}

function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(2, ...[...text.matchAll(/^`+/gm)].map(([run]) => run.length)) + 1)
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}
