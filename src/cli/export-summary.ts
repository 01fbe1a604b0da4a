import { dirname } from 'node:path'
import { type Exported, layerBytes } from '../export/exported.ts'
import { formatIdent } from '../habitat/package/ident.ts'
import { wholeImage } from '../image/tarball.ts'
import { formatBytes, formatTable } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import type { PublishedTarball } from '../publish/publisher.ts'

type ExportedSizes = Pick<Exported, 'ident' | 'tarballs' | 'appPath' | 'sbomPath' | 'packages'>

const LARGEST = 5

/** The table at the end of an export, as lines that each end with a line feed. */
export function formatSummary({ ident, tarballs, appPath, sbomPath, packages }: ExportedSizes): string {
  const unpacked = packages.reduce((sum, { size }) => sum + size, 0)
  const largest = packages
    .toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1))
    .slice(0, LARGEST)
  const whole = wholeImage(tarballs)
  const lines = [
    ...formatTable([
      ['Package', visible(formatIdent(ident))],
      ...(whole ? tarballRows(whole) : layerRows(tarballs)),
      ['Packages', `${packages.length}, ${formatBytes(unpacked)} unpacked`],
      ['App', visible(appPath)],
      ...(sbomPath === undefined ? [] : [['SBOM', visible(sbomPath)]]),
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

function tarballRows({ path, size, sha256 }: PublishedTarball): string[][] {
  return [
    ['Tarball', visible(path)],
    ['Size', `${formatBytes(size)} (${size} bytes)`],
    ['SHA-256', sha256],
  ]
}

function layerRows(layers: readonly PublishedTarball[]): string[][] {
  const { total, added } = layerBytes(layers)
  const existing = layers.filter(({ location }) => location.existing).length
  // All layers are in the same one.
  const folders = new Set(layers.map(({ path }) => dirname(path)))
  return [
    ['Layers', `${layers.length} in ${[...folders].map(visible).join(', ')}, ${existing} of them kept`],
    ['Size', `${formatBytes(total)} (${total} bytes)`],
    [
      'New',
      `${formatBytes(added)} (${added} bytes) to upload, and to download for agents that have the others`,
    ],
  ]
}
