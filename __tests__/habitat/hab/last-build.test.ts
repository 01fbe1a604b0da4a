import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readFailedBuild, readLastBuild } from '../../../src/habitat/hab/last-build.ts'
import { formatIdent } from '../../../src/habitat/package/ident.ts'
import { blake2b256 } from '../../testkit/blake2b.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { failure } from '../reading.ts'
import { temporaryFolder } from './fixtures.ts'

const HART = 'acme-app-1.0-20240101000000-x86_64-linux.hart'
const content = Buffer.from('a hart')
const sha256 = createHash('sha256').update(content).digest('hex')
const values = {
  pkg_origin: 'acme',
  pkg_name: 'app',
  pkg_version: '1.0',
  pkg_release: '20240101000000',
  pkg_target: 'x86_64-linux',
  pkg_ident: 'acme/app/1.0/20240101000000',
  pkg_artifact: HART,
  pkg_sha256sum: sha256,
  pkg_blake2bsum: blake2b256(content),
}

async function results(changes: Record<string, string | undefined> = {}, file = 'last_build.env') {
  const folder = await temporaryFolder()
  await writeFile(join(folder, HART), content)
  await symlink(HART, join(folder, 'link.hart'))
  const pairs = Object.entries({ ...values, ...changes }).filter(([, value]) => value !== undefined)
  await writeFile(join(folder, file), pairs.map(([key, value]) => `${key}=${value}\n`).join(''))
  return folder
}

describe('last_build.env', () => {
  test('names the hart that was built', async () => {
    const folder = await results({ pkg_description: '$(touch /tmp/never) `id`' })
    const build = await readLastBuild(folder)
    expect(formatIdent(build.ident)).toBe(values.pkg_ident)
    expect(build).toMatchObject({ hart: join(folder, HART), sha256, blake2b: values.pkg_blake2bsum })
  })

  test('may be of a version with "~" and "+"', async () => {
    const version = '0.2.0-rc.1+b~2'
    const artifact = `acme-app-${version}-20240101000000-x86_64-linux.hart`
    const ident = `acme/app/${version}/20240101000000`
    const folder = await results({ pkg_version: version, pkg_ident: ident, pkg_artifact: artifact })
    await writeFile(join(folder, artifact), content)
    const build = await readLastBuild(folder)
    expect(formatIdent(build.ident)).toBe(ident)
    expect(build.hart).toBe(join(folder, artifact))
  })

  test.each([
    ['no ident', { pkg_ident: undefined }, 'identifier'],
    ['a partial ident', { pkg_ident: 'acme/app' }, 'fully qualified'],
    ['another name', { pkg_name: 'other' }, 'pkg_name'],
    ['no artifact', { pkg_artifact: undefined }, 'pkg_artifact'],
    ['an artifact elsewhere', { pkg_artifact: `../${HART}` }, 'pkg_artifact'],
    ['an absolute artifact', { pkg_artifact: '/etc/passwd.hart' }, 'pkg_artifact'],
    ['an artifact that is not a hart', { pkg_artifact: 'last_build.env' }, 'pkg_artifact'],
    ['an artifact that is missing', { pkg_artifact: 'gone.hart' }, 'gone.hart'],
    ['an artifact that is a link', { pkg_artifact: 'link.hart' }, 'is not a regular file'],
    ['no SHA-256 sum', { pkg_sha256sum: '' }, 'pkg_sha256sum'],
    ['another SHA-256 sum', { pkg_sha256sum: '0'.repeat(64) }, sha256],
    ['another BLAKE2b sum', { pkg_blake2bsum: '0'.repeat(64) }, values.pkg_blake2bsum],
  ])('with %s is an error', async (_, changes, words) => {
    const error = await failure(readLastBuild(await results(changes)))
    expect(error.code).toBe('BUILD_RESULT')
    expect(error.message).toContain('last_build.env')
    expect(error.message).toContain(words)
  })
})

describe('pre_build.env', () => {
  test('names the build that failed', async () => {
    expect(await readFailedBuild(await results({}, 'pre_build.env'))).toBe(values.pkg_ident)
  })

  test('may name a version with "~" and "+"', async () => {
    const ident = 'acme/app/0.2.0-rc.1+b~2/20240101000000'
    expect(await readFailedBuild(await results({ pkg_ident: ident }, 'pre_build.env'))).toBe(ident)
  })

  test('has no version before the plan has computed it', async () => {
    const ident = 'acme/app/__pkg__version__unset__/20240101000000'
    expect(await readFailedBuild(await results({ pkg_ident: ident }, 'pre_build.env'))).toBe('acme/app')
  })

  test('may be missing or say nothing', async () => {
    expect(await readFailedBuild(await results())).toBeUndefined()
    expect(await readFailedBuild(await results({ pkg_ident: 'x' }, 'pre_build.env'))).toBeUndefined()
  })
})

// A plan can write whatever it likes into the folder.
test.skipIf(missingPrograms('mkfifo'))('does not wait for named pipes without a writer', async () => {
  const folder = await temporaryFolder()
  for (const name of ['last_build.env', 'pre_build.env']) execFileSync('mkfifo', [join(folder, name)])
  expect((await failure(readLastBuild(folder))).message).toContain('it is not a regular file')
  expect(await readFailedBuild(folder)).toBeUndefined()
})
