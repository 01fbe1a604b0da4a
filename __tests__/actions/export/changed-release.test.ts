import { execFileSync } from 'node:child_process'
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { installHab } from '../../../src/actions/export/install-hab.ts'
import { MOST_BYTES } from '../../../src/actions/export/unpack-release.ts'
import { createFetch } from '../../../src/http/fetch.ts'
import { silent } from '../../../src/lib/report.ts'
import { TARGET, temporaryFolder } from '../../habitat/hab/fixtures.ts'
import { failure } from '../../habitat/reading.ts'
import { type PackagesMirror, startPackagesMirror } from '../../testkit/packages-mirror.ts'

// What happens to the archive's file at two moments: before it is checked, and before it is unpacked.
let beforeCheck = async (_path: string) => {}
let beforeUnpacking = async () => {}
vi.mock('@actions/tool-cache', async original => {
  const real = await original<typeof import('@actions/tool-cache')>()
  const downloadTool = async (url: string, destination?: string) => {
    const path = await real.downloadTool(url, destination)
    await beforeCheck(path)
    return path
  }
  return { ...real, downloadTool }
})
vi.mock('../../../src/actions/export/unpack-release.ts', async original => {
  const real = await original<typeof import('../../../src/actions/export/unpack-release.ts')>()
  const unpackRelease: typeof real.unpackRelease = async (...args) => {
    await beforeUnpacking()
    return real.unpackRelease(...args)
  }
  return { ...real, unpackRelease }
})

let mirror: PackagesMirror
let temporary: string
beforeEach(async () => {
  const members = [{ path: 'other/hab', content: '#!/bin/sh\necho other\n', mode: 0o755 }]
  mirror = await startPackagesMirror({
    releases: [{ version: '2.0.500' }, { version: '2.0.501', members }],
    channels: { stable: '2.0.500' },
  })
  const folder = await temporaryFolder()
  temporary = join(folder, 'temp')
  await mkdir(temporary)
  vi.stubEnv('RUNNER_TOOL_CACHE', join(folder, 'tools'))
  vi.stubEnv('RUNNER_TEMP', temporary)
  vi.stubEnv('no_proxy', '*')
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(async () => {
  beforeCheck = beforeUnpacking = async () => {}
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await mirror.close()
})

function install() {
  return installHab(
    { version: 'latest', channel: 'stable', mirror: mirror.url, builder: 'http://127.0.0.1:1' },
    { fetch: createFetch({ version: '1' }), report: silent },
  )
}

describe.skipIf(process.platform !== 'linux')('the archive of hab', () => {
  test('that is unpacked is the one that was checked', async () => {
    const other = await fetch(`${mirror.url}/files/habitat/2.0.501/hab-${TARGET}.tar.gz`)
    const bytes = await other.bytes()
    const overwritten: string[] = []
    beforeCheck = async path => {
      beforeUnpacking = async () => {
        await writeFile(path, bytes)
        overwritten.push(path)
      }
    }
    const { path } = await install()
    expect(overwritten).toHaveLength(1)
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain('2.0.500')
  })

  test('is not read into memory where it is far too large', async () => {
    beforeCheck = path => truncate(path, MOST_BYTES + 1)
    const error = await failure(install())
    expect(error.code).toBe('HAB_ARCHIVE')
    expect(error.message).toContain('it is larger than 512 MiB')
    expect(await readdir(temporary)).toEqual([])
  })
})
