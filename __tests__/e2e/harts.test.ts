import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeHart, writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { packageEntries } from '../testkit/package-entries.ts'
import { headerBlock, padded, type RawBlocks, readTar } from '../testkit/tar.ts'
import { makePlace, type Place, problemsOf, runCli, STAND_INS } from './run-cli.ts'

const IDENT = 'acme/web/1.0.0/20240101000000'
const TOP = `hab/pkgs/${IDENT}`
const HART = 'acme-web-1.0.0-20240101000000-x86_64-linux.hart'
const key = originKey('acme')
const files = { 'hooks/run': '#!/bin/sh\nexec sleep 1\n' }
const entries = packageEntries({ ident: IDENT, files })

async function placeWithKey(): Promise<Place> {
  const place = await makePlace()
  await writePublicKey(place.keys, key)
  return place
}

function optionsOf(place: Place): string[] {
  return ['--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS]
}

/** A file of the user 4294967295, as GNU tar writes it: in base 256, which octal digits do not hold. */
function fileOfLargeUid(path: string): RawBlocks {
  const header = headerBlock({ name: path, size: '00000000001', magic: 'ustar  \0' })
  header.set(Buffer.from('80000000ffffffff80000000ffffffff', 'hex'), 108)
  header.write('nfsnobody', 265)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return { raw: Buffer.concat([header, padded(Buffer.from('1'))]) }
}

test("a hart with owners of any number is exported, and all in the image is root's", async () => {
  const place = await placeWithKey()
  const hart = await makeHart({ key, entries: [...entries, fileOfLargeUid(`${TOP}/u`)] })
  writeFileSync(join(place.artifacts, HART), hart)
  const run = await runCli(place, ['acme/web', ...optionsOf(place)])
  expect(run).toMatchObject({ status: 0 })
  // Of which there is none.
  expect(run.stderr).not.toContain('native')
  const tarball = readFileSync(join(place.work, 'results/acme-web-1.0.0-20240101000000.tgz'))
  const members = await readTar(gunzipSync(tarball))
  expect(members.find(({ path }) => path === `rootfs/${TOP}/u`)).toMatchObject({
    mode: 0o644,
    uid: 0,
    gid: 0,
  })
  expect(members.filter(({ uid, gid }) => uid !== 0 || gid !== 0)).toEqual([])
})

describe('a hart at hand that is refused', () => {
  test.each([
    ['by its name', ['acme/web']],
    ['by its version', ['acme/web/1.0.0']],
    ['by its ident', [IDENT]],
  ])('is what the error begins with, asked for %s', async (_, words) => {
    const place = await placeWithKey()
    // Its body is not what was signed: damaged, so that Builder is asked for it instead.
    const path = join(place.artifacts, HART)
    writeFileSync(path, await makeHart({ key, entries, signedHash: '0'.repeat(64) }))
    const run = await runCli(place, [...words, ...optionsOf(place)])
    expect(run.status).toBe(1)
    const [refused, elsewhere] = problemsOf(run).slice(-2)
    expect(refused).toMatch(/ was found, but was refused: The body of .* but the signed hash is/)
    expect(refused).toMatch(new RegExp(`^${path}`))
    expect(elsewhere).toMatch(/^No other build was found: .*127\.0\.0\.1/)
    expect(readdirSync(place.work)).toEqual([])
  })

  test('for the error is only about its contents', async () => {
    const place = await placeWithKey()
    const path = join(place.artifacts, HART)
    const pipe = { path: `${TOP}/pipe`, type: 'fifo' as const }
    writeFileSync(path, await makeHart({ key, entries: [...entries, pipe] }))
    const run = await runCli(place, [IDENT, ...optionsOf(place)])
    expect(run.status).toBe(1)
    expect(problemsOf(run).at(-1)).toContain(`The archive of ${path} is malformed`)
    expect(problemsOf(run).at(-1)).not.toContain('127.0.0.1')
  })
})

const noXz = missingPrograms('tar', 'xz')

describe('a native package', () => {
  const warning = `${IDENT} is a native package (PACKAGE_TYPE)`
  const spec = { ident: IDENT, files, metafiles: { PACKAGE_TYPE: 'native\n' } }

  test('is warned of, also where it was kept from an earlier export', async () => {
    const place = await placeWithKey()
    await writeHart(place.artifacts, { key, package: spec })
    const args = ['acme/web', ...optionsOf(place), '--cache', join(place.root, 'cache')]
    for (const packages of [args, args.with(0, IDENT)]) {
      const run = await runCli(place, packages)
      expect(run).toMatchObject({ status: 0 })
      expect(run.stderr.split(warning)).toHaveLength(2)
      expect(run.stderr).toContain('which are not in the image')
      expect(run.stderr).toContain('Build without --native-package (-N)')
    }
  })

  test.skipIf(noXz !== undefined)(
    `is warned of where hab installed it${noXz ? ` (${noXz})` : ''}`,
    async () => {
      const place = await placeWithKey()
      await writeHart(place.artifacts, { key, package: spec })
      const fsRoot = join(place.root, 'installed')
      mkdirSync(fsRoot)
      const [, artifacts = ''] = STAND_INS.slice(STAND_INS.indexOf('--artifacts'))
      for (const folder of [place.artifacts, artifacts]) {
        const script = 'for hart in "$0"/*.hart; do tail -n +6 "$hart" | xz -d | tar -xp -C "$1"; done'
        execFileSync('/bin/sh', ['-c', script, folder, fsRoot])
      }
      const own = ['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher']
      const run = await runCli(place, ['acme/web', '--fs-root', fsRoot, ...own])
      expect(run).toMatchObject({ status: 0 })
      expect(run.stderr).toContain(warning)
    },
  )
})
