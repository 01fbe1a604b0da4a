import { type Exported, layerBytes, packagesIn } from '../../export/exported.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import { wholeImage } from '../../image/tarball.ts'
import { code, details, fenced, table } from '../../lib/markdown.ts'
import { formatBytes, formatDuration } from '../../lib/terminal/format.ts'
import { definedPorts } from '../../marathon/app/defined-ports.ts'
import type { JsonObject } from '../../marathon/app/request.ts'
import type { PublishedTarball } from '../../publish/publisher.ts'
import type { Step } from '../shared/steps.ts'
import { howToDeploy } from './how-to-deploy.ts'

const LARGEST = 10
const NAMED = 3
/** Bytes of the app definition, and of the changes. The runner keeps at most 1 MiB. */
const LONGEST = 256 * 1024

/** What was found out about an image besides exporting it. */
export interface Results {
  /** Milliseconds, if the image was tried. */
  healthyAfter?: number
  /** Since the last release, as Markdown, if that was asked for and could be compared. */
  changes?: string
}

/**
 * What was exported, as GitHub-flavoured Markdown for the job summary: a table, the ports, a diagram of the
 * sizes, what changed, the app definition, and how to deploy it.
 */
export function exportSummary(
  exported: Exported,
  steps: readonly Step[],
  { healthyAfter, changes }: Results = {},
): string {
  const { ident, tarballs, app, appText, sbomPath, packages } = exported
  const unpacked = packages.reduce((sum, { size }) => sum + size, 0)
  const whole = wholeImage(tarballs)
  const isShown = Buffer.byteLength(appText) <= LONGEST
  return [
    `## ${ident.origin}/${ident.name} ${ident.version}`,
    table(
      ['', ''],
      [
        ['Package', code(formatIdent(ident))],
        ...(whole ? tarballRows(whole, unpacked) : layerRows(tarballs, unpacked)),
        ['App', code(app.id)],
        ...(sbomPath === undefined ? [] : [['SBOM', `${code(sbomPath)}, CycloneDX 1.6`]]),
        ...(healthyAfter === undefined ? [] : [['Tried', `healthy after ${formatDuration(healthyAfter)}`]]),
      ],
    ),
    ...(whole ? [] : layersOf(tarballs)),
    ...portsOf(app),
    ...sizesOf(packages),
    ...changesOf(changes),
    details(
      'App definition',
      isShown ? fenced('json', appText) : 'It is too long to show; the output `app-path` names its file.',
    ),
    howToDeploy(app, isShown),
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

function tarballRows({ name, size, sha256, location }: PublishedTarball, unpacked: number): string[][] {
  const where = location.page ?? location.uri
  return [
    ['Tarball', /^https?:/.test(where) ? `[${name}](<${where}>)` : code(name)],
    ['Fetch URI', code(location.uri)],
    ['Size', `${formatBytes(size)}, ${formatBytes(unpacked)} unpacked`],
    ['SHA-256', code(sha256)],
  ]
}

function layerRows(layers: readonly PublishedTarball[], unpacked: number): string[][] {
  const pages = [...new Set(layers.map(({ location }) => location.page))].filter(page => page !== undefined)
  return [
    ['Layers', [String(layers.length), ...pages.map(page => `<${page}>`)].join(', ')],
    ['Size', `${formatBytes(layerBytes(layers).total)}, ${formatBytes(unpacked)} unpacked`],
  ]
}

function layersOf(layers: readonly PublishedTarball[]): string[] {
  const { total, added } = layerBytes(layers)
  const fresh = layers.filter(({ location }) => !location.existing).length
  const rows = layers.map((layer, index) => [
    contentOf(packagesIn(layer), index === 0),
    formatBytes(layer.size),
    layer.location.existing ? 'kept' : '**new**',
    code(layer.location.uri),
  ])
  return [
    '### Layers',
    `${fresh} of ${layers.length} layers are new: ${formatBytes(added)} of ${formatBytes(total)} had to be uploaded, and an agent that has the layers of earlier exports in its cache downloads the same amount.`,
    details(`All ${layers.length}`, table(['Content', 'Size', '', 'Fetch URI'], rows)),
  ]
}

function contentOf(packages: readonly string[], isFirst: boolean): string {
  const named = packages.slice(0, NAMED).map(code)
  const others = packages.length - named.length
  return [isFirst ? 'root filesystem' : [], named, others > 0 ? `${others} more` : []].flat().join(', ')
}

function portsOf(app: JsonObject): string[] {
  const ports = definedPorts(app) as { name?: string; protocol?: string }[]
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
  const names = packages.map(({ ident }) => shortName(ident))
  const slices = largest.map(({ ident, packed }) => {
    const name = shortName(ident)
    // If two slices have the same name, mermaid shows only the first.
    return [names.indexOf(name) === names.lastIndexOf(name) ? name : ident, packed] as const
  })
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
    'Bytes in the image, by package:',
    fenced('mermaid', pie.join('\n')),
    details(`All ${packages.length}`, table(['Package', 'Unpacked', 'In the image'], rows)),
  ]
}

function changesOf(changes: string | undefined): string[] {
  if (changes === undefined) return []
  const isShort = Buffer.byteLength(changes) <= LONGEST
  return ['### Changes', isShort ? changes : 'They are too long to show; the output `changes` has them.']
}

function shortName(ident: string): string {
  return ident.split('/').slice(0, 2).join('/')
}
