import { formatBytes, formatTable } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import type { ImageContents, InspectedPackage } from './contents.ts'
import { setuidPaths } from './setuid.ts'

/** Lines of the tree of dependencies; the JSON has all of them. */
const MOST_LINES = 10_000

/** What is in an image, as human-readable lines. */
export function formatContents(contents: ImageContents): string[] {
  const { app, service, target, start, tarballs, packages } = contents
  const own = packages.find(({ ident }) => ident === service)
  const size = tarballs.reduce((sum, tarball) => sum + tarball.size, 0)
  const unpacked = tarballs.reduce((sum, tarball) => sum + tarball.unpacked, 0)
  const rows = [
    ['Service', service ?? 'none: an export did not write this'],
    ['Target', target],
    ['App', app?.id],
    [
      tarballs.length === 1 ? 'Tarball' : 'Layers',
      tarballs.length === 1 ? tarballs[0]!.from : `${tarballs.length}`,
    ],
    ['Size', `${formatBytes(size)}, ${formatBytes(unpacked)} unpacked`],
    ...(tarballs.length === 1 ? [['SHA-256', tarballs[0]!.sha256]] : []),
    ...(own ? serviceRows(own) : []),
    ['Setuid', setuidPaths(contents).join(', ') || 'none'],
    ['Starts as', start && `${start.launcher} run ${service} ${start.arguments}`.trim()],
  ]
  return [
    ...formatTable(rows.flatMap(([name, text]) => (text ? [[name!, visible(text)]] : []))),
    '',
    ...formatTable(
      [
        ['Packages', 'unpacked', 'files', 'licence'],
        ...packages
          .toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1))
          .map(({ ident, size, files, licenses }) => [
            visible(ident),
            formatBytes(size),
            `${files.filter(({ type }) => type === 'file').length}`,
            visible(licenses.join(', ')) || '-',
          ]),
      ],
      [1, 2],
    ),
    '',
    ...dependencyTree(contents),
  ]
}

function serviceRows({
  svcUser,
  svcGroup,
  exposes,
  exports,
  binds,
  hooks,
  shutdownTimeout,
}: InspectedPackage): string[][] {
  return [
    ['Runs as', svcUser ? `${svcUser}:${svcGroup ?? svcUser}` : 'root'],
    ['Ports', exposes.join(', ') || 'none'],
    ['Exports', exports.map(({ name, path }) => `${name}=${path}`).join(', ') || 'none'],
    [
      'Binds',
      binds.map(({ name, optional }) => (optional ? `${name} (optional)` : name)).join(', ') || 'none',
    ],
    ['Hooks', hooks.join(', ') || 'none'],
    ['Health', hooks.includes('health-check') ? 'by its health-check hook' : 'no health-check hook'],
    ...(shutdownTimeout === undefined ? [] : [['Stops within', `${shutdownTimeout} s`]]),
  ]
}

/** Who depends on whom, from the service down. What was shown with its dependencies is not expanded again. */
function dependencyTree({ service, packages }: ImageContents): string[] {
  const byIdent = new Map(packages.map(one => [one.ident, one]))
  const roots = service === undefined ? [] : [service]
  const expanded = new Set<string>()
  const lines: string[] = []
  let more = 0
  const walk = (ident: string, prefix: string, last: boolean | undefined) => {
    const branch = last === undefined ? '' : last ? '└─ ' : '├─ '
    const deps = byIdent.get(ident)?.deps ?? []
    const again = expanded.has(ident) && deps.length > 0
    expanded.add(ident)
    if (lines.length === MOST_LINES) more++
    else lines.push(`${prefix}${branch}${visible(ident)}${again ? ' (see above)' : ''}`)
    if (again) return
    const below = last === undefined ? '' : `${prefix}${last ? '   ' : '│  '}`
    for (const [index, dep] of deps.entries()) walk(dep, below, index === deps.length - 1)
  }
  for (const ident of roots) walk(ident, '', undefined)
  return lines.length === 0 ? [] : ['Dependencies', ...lines, ...(more > 0 ? [`and ${more} more`] : [])]
}
