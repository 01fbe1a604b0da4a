import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makePlace, STAND_INS } from './run-cli.ts'

const REPOSITORY = join(import.meta.dirname, '../..')

test('the package for npm is small, needs no other package, and exports the example', async () => {
  const place = await makePlace()
  /** Runs a program of npm without network, configuration or cache of this machine. */
  const npm = (program: 'npm' | 'npx', args: readonly string[], cwd: string): string => {
    const { status, stdout, stderr } = spawnSync(program, ['--offline', ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: place.home, TMPDIR: place.tmp },
    })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    return stdout
  }
  const packed = npm('npm', ['pack', '--json', '--pack-destination', place.root], REPOSITORY)
  const [{ filename, size, unpackedSize, files }] = JSON.parse(packed)
  const paths: string[] = files.map(({ path }: { path: string }) => path)
  expect(paths.filter(path => !path.startsWith('dist/')).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
  expect(paths.filter(path => path.startsWith('dist/'))).toHaveLength(
    readdirSync(join(REPOSITORY, 'dist')).length,
  )
  expect(size).toBeLessThan(3_000_000)
  expect(unpackedSize).toBeLessThan(8_000_000)

  const empty = join(place.root, 'empty')
  mkdirSync(empty)
  npm('npm', ['install', '--no-audit', '--no-fund', '--prefix', empty, join(place.root, filename)], empty)
  const installed = join(empty, 'node_modules')
  expect(readdirSync(installed).filter(name => !name.startsWith('.'))).toEqual(['mesosize'])
  expect(statSync(join(installed, '.bin/mesosize')).mode & 0o111).toBe(0o111)

  const app = npm('npx', ['--no', 'mesosize', '--', 'example/hello', ...STAND_INS, '--no-cache'], empty)
  expect(JSON.parse(app)).toMatchObject({ id: '/example/hello' })
  expect(readdirSync(join(empty, 'results'))).toHaveLength(2)
})
