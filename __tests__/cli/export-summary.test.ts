import { expect, test } from 'vitest'
import { formatSummary } from '../../src/cli/export-summary.ts'
import type { PublishedTarball } from '../../src/publish/publisher.ts'

const MiB = 2 ** 20
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const ident = { origin: 'core', name: 'redis', version: '1', release: '20240102030405' }

function tarball(path: string, size: number): PublishedTarball {
  const file = { path, file: path, name: 'x.tgz', size, sha256, parts: [] }
  return { ...file, ident, isLayer: false, location: { uri: 'https://a.test/x' } }
}

function layer(path: string, size: number, existing: boolean): PublishedTarball {
  return { ...tarball(path, size), isLayer: true, location: { uri: 'https://a.test/x', existing } }
}

test('the table has the tarball, the app definition and the five largest packages', () => {
  const sizes = { glibc: 40, redis: 12.5, zlib: 0.25, sup: 100, launcher: 40, busybox: 1, cacerts: 0.5 }
  const packages = Object.entries(sizes).map(([name, size]) => ({
    ident: `core/${name}/1/20240102030405`,
    size: size * MiB,
    packed: (size * MiB) / 4,
  }))
  expect(
    formatSummary({
      ident,
      tarballs: [tarball('results/core-redis-1-20240102030405.tgz', 50_921_472)],
      appPath: 'results/core-redis-1-20240102030405.json',
      packages,
    }),
  ).toBe(`Package   core/redis/1/20240102030405
Tarball   results/core-redis-1-20240102030405.tgz
Size      48.6 MiB (50921472 bytes)
SHA-256   ${sha256}
Packages  7, 194.3 MiB unpacked
App       results/core-redis-1-20240102030405.json

Largest packages                 unpacked  in the tarball
core/sup/1/20240102030405       100.0 MiB        25.0 MiB
core/glibc/1/20240102030405      40.0 MiB        10.0 MiB
core/launcher/1/20240102030405   40.0 MiB        10.0 MiB
core/redis/1/20240102030405      12.5 MiB         3.1 MiB
core/busybox/1/20240102030405     1.0 MiB       256.0 KiB
`)
})

test('layers are listed with the number kept and the new bytes', () => {
  const layers = [
    layer('results/layers/sha256-a.tgz', 1.5 * MiB, false),
    layer('results/layers/sha256-b.tgz', 40 * MiB, true),
    layer('results/layers/sha256-c.tgz', 0.5 * MiB, false),
    layer('results/layers/sha256-d.tgz', 8 * MiB, true),
  ]
  const text = formatSummary({
    ident,
    tarballs: layers,
    appPath: 'results/app.json',
    packages: [],
  })
  const rows = text.split('\n').map(line => line.split(/ {2,}/))
  expect(rows).toContainEqual(['Layers', '4 in results/layers, 2 of them kept'])
  expect(rows).toContainEqual(['Size', '50.0 MiB (52428800 bytes)'])
  expect(rows).toContainEqual(['New', expect.stringMatching(/^2\.0 MiB \(2097152 bytes\) to upload/)])
  expect(text).not.toContain('SHA-256')
})

test('a hostile path cannot drive the terminal', () => {
  const text = formatSummary({
    ident: { origin: 'core', name: 'a', version: '1', release: '20240102030405' },
    tarballs: [tarball('\x1b[2J\nx', 1)],
    appPath: 'app\r.json',
    packages: [],
  })
  expect(text).toContain('Tarball   \\x1b[2J\\x0ax\n')
  expect(text).toContain('App       app\\x0d.json\n')
})
