import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { setExportOutputs } from '../../../src/actions/export/outputs.ts'
import type { Exported } from '../../../src/export/exported.ts'
import { ACTION, parsePairs } from '../../e2e/run-action.ts'
import { exported, layer, tarball } from './exported.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outputs-'))
  file = join(folder, 'output')
  await writeFile(file, '')
  vi.stubEnv('GITHUB_OUTPUT', file)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function outputsOf(about: Partial<Exported> = {}, changes?: string) {
  setExportOutputs([{ exported: exported(about), changes }])
  return parsePairs(await readFile(file, 'utf8'))
}

describe('the outputs', () => {
  test('are those of action.yml', async () => {
    const known = Object.keys(ACTION.outputs)
    const ofTarball = await outputsOf({ sbomPath: '/srv/results/sbom.json' }, '1 changed')
    await writeFile(file, '')
    const ofLayers = await outputsOf({ tarballs: [layer('a')] })
    const set = Object.keys({ ...ofTarball, ...ofLayers })
    expect(set.toSorted()).toEqual(known.toSorted())
    for (const outputs of [ofTarball, ofLayers]) {
      expect(Object.keys(outputs)).toEqual(known.filter(name => name in outputs))
    }
    expect(Object.keys(ofTarball)).toEqual(expect.not.arrayContaining(['layers', 'bytes-new']))
    for (const name of ['tarball-path', 'tarball-name', 'sha256', 'size', 'uri', 'asset-id', 'artifact-id']) {
      expect(ofLayers).not.toHaveProperty(name)
    }
  })

  test('list each layer, and how much is new', async () => {
    const layers = [
      layer('a', {
        size: 300,
        packages: ['acme/web/1.0.0/20240101000000'],
        location: { uri: 'https://f/a' },
      }),
      layer('b', { size: 5000, packages: ['core/a/1/20240101000000', 'core/b/1/20240101000000'] }),
      layer('c', { size: 40, location: { uri: 'https://f/c', assetId: 5, existing: false } }),
    ]
    const outputs = await outputsOf({ tarballs: layers })
    expect(outputs['bytes-new']).toBe('340')
    expect(JSON.parse(outputs.layers!)).toEqual([
      {
        name: `sha256-${'a'.repeat(64)}.tgz`,
        path: `/srv/results/layers/sha256-${'a'.repeat(64)}.tgz`,
        uri: 'https://f/a',
        size: 300,
        sha256: 'a'.repeat(64),
        packages: ['acme/web/1.0.0/20240101000000'],
        uploaded: true,
      },
      expect.objectContaining({
        uri: `https://files.example/layers/sha256-${'b'.repeat(64)}.tgz`,
        packages: ['core/a/1/20240101000000', 'core/b/1/20240101000000'],
        uploaded: false,
      }),
      expect.objectContaining({ size: 40, packages: [], uploaded: true }),
    ])
  })

  test('say what was exported', async () => {
    const { app, appPath, appText } = exported()
    const { services: _all, ...outputs } = await outputsOf()
    expect(outputs).toEqual({
      app: appText,
      'app-path': appPath,
      'app-id': '/acme/web',
      'tarball-path': tarball().path,
      'tarball-name': tarball().name,
      sha256: tarball().sha256,
      size: '3000000',
      uri: 'https://files.example/acme-web-1.0.0-20240101000000.tgz',
      ident: 'acme/web/1.0.0/20240101000000',
      version: '1.0.0',
      release: '20240101000000',
      'asset-id': '17',
      'artifact-id': '18',
      ports: JSON.stringify(app.portDefinitions),
      packages:
        '[{"ident":"acme/web/1.0.0/20240101000000","size":2000000,"packed":1000000},{"ident":"core/glibc/2.35/20240101000000","size":4000000,"packed":2000000}]',
    })
  })

  test('are those of the first service, with those of all as JSON', async () => {
    const first = exported()
    const second = exported({ app: { ...first.app, id: '/acme/api' } as typeof first.app, appText: '{}\n' })
    setExportOutputs([{ exported: first }, { exported: second }])
    const outputs = parsePairs(await readFile(file, 'utf8'))
    expect(outputs).toMatchObject({ app: first.appText, 'app-id': '/acme/web' })
    const services: Record<string, unknown>[] = JSON.parse(outputs.services!)
    const { services: _all, ...ofFirst } = outputs
    const plain = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
    expect(
      Object.fromEntries(Object.entries(services[0]!).map(([name, value]) => [name, plain(value)])),
    ).toEqual(ofFirst)
    expect(services.map(each => [each['app-id'], each.app])).toEqual([
      ['/acme/web', first.appText],
      ['/acme/api', '{}\n'],
    ])
  })

  test('have the SBOM only if there is one', async () => {
    expect(await outputsOf()).not.toHaveProperty('sbom')
    expect(await outputsOf({ sbomPath: '/srv/sbom.json' })).toHaveProperty('sbom', '/srv/sbom.json')
  })

  test('have the changes as they are, if there are any', async () => {
    expect(await outputsOf()).not.toHaveProperty('changes')
    const changes = '1 changed.\n\n| a |\n| --- |\n'
    expect(await outputsOf({}, changes)).toHaveProperty('changes', changes)
  })

  test('leave out numbers that do not apply', async () => {
    const outputs = await outputsOf({ tarballs: [tarball({ location: { uri: 'file:///x' } })] })
    expect(Object.keys(outputs)).not.toEqual(expect.arrayContaining(['asset-id']))
    expect(outputs).not.toHaveProperty('artifact-id')
  })

  test('keep a text that looks like a command of the file', async () => {
    const appText = '{\n  "id": "x<<EOF"\n}\nsha256=0\nghadelimiter_1\nEOF\n'
    expect(await outputsOf({ appText })).toMatchObject({ app: appText, sha256: tarball().sha256 })
  })

  test('have no ports where a patch took them', async () => {
    const app = { id: '/x' } as unknown as Exported['app']
    expect((await outputsOf({ app })).ports).toBe('[]')
  })
})
