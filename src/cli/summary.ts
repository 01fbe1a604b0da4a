import type { Exported } from '../export.ts'
import { formatIdent } from '../habitat/ident.ts'
import { formatBytes, formatTable } from '../terminal/format.ts'
import { visible } from '../visible.ts'

type ExportedSizes = Pick<Exported, 'ident' | 'tarball' | 'appPath' | 'packages'>

const LARGEST = 5

/** The table at the end of an export, as lines with a line end each. */
export function formatSummary({ ident, tarball, appPath, packages }: ExportedSizes): string {
  const unpacked = packages.reduce((sum, { size }) => sum + size, 0)
  const largest = packages
    .toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1))
    .slice(0, LARGEST)
  const lines = [
    ...formatTable([
      ['Package', visible(formatIdent(ident))],
      ['Tarball', visible(tarball.path)],
      ['Size', `${formatBytes(tarball.size)} (${tarball.size} bytes)`],
      ['SHA-256', tarball.sha256],
      ['Packages', `${packages.length}, ${formatBytes(unpacked)} unpacked`],
      ['App', visible(appPath)],
    ]),
    '',
    ...formatTable(
      [
        ['Largest packages', 'unpacked', 'in the tarball'],
        ...largest.map(each => [visible(each.ident), formatBytes(each.size), formatBytes(each.packed)]),
      ],
      [1, 2],
    ),
  ]
  return lines.map(line => `${line}\n`).join('')
}
