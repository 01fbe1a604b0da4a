import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseFullIdent } from '../../src/habitat/package/ident.ts'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import type { Reporter } from '../../src/lib/report.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { publishAsArtifact } from '../../src/publish/artifact.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { sha256 } from '../github/job.ts'
import { type ArtifactService, startArtifactService } from '../testkit/artifact-service.ts'
import { locateOne } from './recorder.ts'

wordSettings(inputWording(EXPORT))

let service: ArtifactService
let folder: string
let warnings: string[]
let done: number

beforeEach(async () => {
  service = await startArtifactService()
  folder = await mkdtemp(join(tmpdir(), 'artifact-'))
  warnings = []
  done = 0
  for (const [name, value] of Object.entries(service.env)) vi.stubEnv(name, value)
  vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com')
  vi.stubEnv('no_proxy', '*')
  // The library talks to the log of the run.
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await service.close()
  await rm(folder, { recursive: true })
})

async function tarball(bytes = randomBytes(9_000_000)): Promise<NamedTarball & { bytes: Buffer }> {
  const name = 'core-redis-7.2.4-20240102030405.tgz'
  const path = join(folder, name)
  await writeFile(path, bytes)
  const ident = parseFullIdent('core/redis/7.2.4/20240102030405')
  const packed = { isLayer: false, path, size: bytes.length, sha256: sha256(bytes), parts: [] }
  return { ...nameTarball(packed, ident), bytes }
}

function publisher(serverUrl = 'https://github.com') {
  const report: Reporter = {
    note() {},
    warn: text => void warnings.push(text),
    phase: () => ({
      advance(amount) {
        done += amount
      },
      done() {},
    }),
  }
  const publish = publishAsArtifact({
    client: new DefaultArtifactClient(),
    context: { serverUrl, repository: { owner: 'acme', repo: 'shop' }, runId: 17 },
    locate: async tarballs =>
      tarballs.map(each => ({ ...each, location: { uri: `https://files.example.org/${each.name}` } })),
    report,
  })
  return (tarball: NamedTarball) => locateOne(publish, tarball)
}

test('the tarball as it is, in no zip file', async () => {
  const file = await tarball()
  const page = 'https://github.com/acme/shop/actions/runs/17/artifacts/7000'
  expect(await publisher()(file)).toEqual({
    uri: `https://files.example.org/${file.name}`,
    artifactId: 7000,
    page,
  })
  const [stored, ...others] = service.artifacts
  expect({ ...stored, bytes: undefined }).toEqual({
    id: 7000,
    name: file.name,
    mimeType: 'application/octet-stream',
    bytes: undefined,
    hash: `sha256:${file.sha256}`,
  })
  expect(stored!.bytes.equals(file.bytes)).toBe(true)
  expect(others).toEqual([])
  expect(warnings).toEqual([expect.stringMatching(/Mesos agents cannot fetch .*publish: release/)])
  expect(warnings[0]).toContain(page)
  expect(done).toBe(file.size)
})

test('a second one of the same name', async () => {
  const file = await tarball()
  await publisher()(file)
  await expect(publisher()(file)).rejects.toMatchObject({
    code: 'ARTIFACT_EXISTS',
    message: expect.stringContaining(`This run already has an artifact "${file.name}"`),
  })
})

test('a GitHub Enterprise Server', async () => {
  vi.stubEnv('GITHUB_SERVER_URL', 'https://git.example.org')
  await expect(publisher('https://git.example.org')(await tarball())).rejects.toMatchObject({
    code: 'ARTIFACT_SERVER',
    message: expect.stringMatching(/^The GitHub Enterprise Server https:\/\/git\.example\.org does not have/),
  })
})

test.each([
  ['CreateArtifact', 403, 'insufficient usage to create artifact', 'Artifact storage quota has been hit'],
  ['FinalizeArtifact', 400, 'no', '(400) Bad Request: no'],
])('%s answers %i', async (what, status, message, text) => {
  service.fail(what, status, message)
  await expect(publisher()(await tarball(randomBytes(1000)))).rejects.toMatchObject({
    code: 'ARTIFACT_FAILED',
    message: expect.stringContaining(text),
  })
})

test('no token of the run: not an action', async () => {
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', '')
  await expect(publisher()(await tarball())).rejects.toMatchObject({
    code: 'ARTIFACT_FAILED',
    message: expect.stringContaining('ACTIONS_RUNTIME_TOKEN'),
  })
})
