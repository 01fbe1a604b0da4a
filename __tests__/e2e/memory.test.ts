import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { xzStored } from '../testkit/xz.ts'
import {
  finishedTogether,
  makePlace,
  type Place,
  runCli,
  STAND_INS,
  withCpus,
  writeLargeHart,
} from './run-cli.ts'

const MB = 1_000_000
const RELEASE = '20240101000000'
const key = originKey('acme')

/**
 * Megabytes of each package, 190 together: one that is decompressed for each thread, longer than its dictionary, and two
 * large ones. An export of any size takes about 200 MiB, so that one that held all of the largest would take too much.
 */
const SIZES = { web: 10, runtime: 10, database: 10, tools: 10, huge: 110, large: 40 }

/** Some of it new, the rest over and over the same, but at distances over which gzip does not see it. */
function content(size: number): Buffer {
  const symbols = Array.from({ length: 20_000 }, (_, n) => `symbol_${Math.imul(n, 40_503)}@@V${n % 7}`)
  const unit = Buffer.concat([randomBytes(MB / 2), Buffer.from(symbols.join('\0')), Buffer.alloc(MB / 10)])
  return Buffer.concat([randomBytes(size / 20), Buffer.alloc(size - size / 20, unit)])
}

/** Compresses quickly, but with the dictionary of the `xz -6` that Habitat uses: decompressing takes as much memory. */
function xzQuickly(bytes: Uint8Array): Buffer {
  const args = ['--threads=0', '--lzma2=preset=0,dict=8MiB', '--stdout']
  return execFileSync('xz', args, { input: bytes, maxBuffer: 2 ** 32 })
}

/** Writes the process's peak of resident memory, all its threads together, into a file when it ends. */
function recordPeak(file: string): string {
  return `import { readFileSync, writeFileSync } from 'node:fs'
    import { isMainThread } from 'node:worker_threads'
    if (isMainThread) process.on('exit', () => {
      const [, kilobytes] = /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
      writeFileSync(${JSON.stringify(file)}, String(kilobytes * 1024))
    })`
}

const reason = existsSync('/proc/self/status') ? missingPrograms('xz', 'tar') : 'needs /proc'

describe.skipIf(reason !== undefined)(`a closure of 190 MB${reason ? ` (${reason})` : ''}`, () => {
  const finished = finishedTogether()
  let place: Place

  beforeAll(async () => {
    place = await makePlace(finished)
    await writePublicKey(place.keys, key)
    const names = Object.keys(SIZES)
    for (const [name, size] of Object.entries(SIZES)) {
      const ident = `acme/${name}/1.0/${RELEASE}`
      const files = { 'lib/large': content(size * MB), ...(name === 'web' && { 'hooks/run': '#!/bin/sh\n' }) }
      const deps = name === 'web' ? names.slice(1).map(dep => `acme/${dep}/1.0/${RELEASE}`) : []
      await writeLargeHart(place.artifacts, { ident, files, deps }, size > 10 ? xzStored : xzQuickly)
    }
  })

  test('is exported with less than 256 MiB of memory, by as many threads as there can be', async () => {
    const peakFile = join(place.tmp, 'peak')
    const args = ['acme/web', '--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS]
    const run = await runCli(place, args, { preload: [withCpus(64), recordPeak(peakFile)] })
    expect(run).toMatchObject({ status: 0 })
    const peak = Number(readFileSync(peakFile, 'utf8'))
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThan(256 * 1024 * 1024)

    const tarball = join(place.work, `results/acme-web-1.0-${RELEASE}.tgz`)
    const listing = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' })
    for (const [name, size] of Object.entries(SIZES)) {
      const path = `rootfs/hab/pkgs/acme/${name}/1.0/${RELEASE}/lib/large`
      expect(listing).toMatch(new RegExp(` ${size * MB} .* ${path}$`, 'm'))
    }
  })
})
