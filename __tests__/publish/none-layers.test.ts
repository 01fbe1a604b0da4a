import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import { UsageError } from '../../src/lib/errors.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import type { KnownUri } from '../../src/publish/fetch-uri.ts'
import { publishNowhere } from '../../src/publish/none.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { localPath } from '../testkit/fetcher.ts'
import { locate, recorder } from './recorder.ts'

wordSettings(inputWording(EXPORT))

const DIGESTS = ['ab'.repeat(32), '0c'.repeat(32)] as const

let root: string
let outputDir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'none-layers-'))
  outputDir = join(root, "my results #1, it's")
})
afterEach(() => rmSync(root, { recursive: true }))

const ident = { origin: 'acme', name: 'shop', version: '1.2.3', release: '20240102030405' }
const layers: NamedTarball[] = DIGESTS.map((sha256, index) =>
  nameTarball(
    { isLayer: true, path: `/staging/layers/${index}`, size: 100 + index, sha256, parts: [] },
    ident,
  ),
)

async function published(known: KnownUri = {}) {
  const told = recorder()
  const publish = publishNowhere({ ...known, outputDir, layering: 'package' }, told.report)
  const locations = await locate(publish, layers)
  return { locations, uris: locations.map(({ uri }) => uri), ...told }
}

test('layers have the URIs of files in the output folder, with a single note', async () => {
  const { uris, notes, warnings } = await published()
  expect(uris.map(uri => fileURLToPath(uri))).toEqual(
    layers.map(({ name }) => join(outputDir, 'layers', name)),
  )
  // The fetcher refuses quotes.
  expect(uris.join()).not.toMatch(/['\\\0 ]/)
  expect(notes).toEqual([
    expect.stringMatching(
      /^No URI is known for the layers, .* files in .*, which no agent can fetch, because their path must not contain " ".*, and export with uri-base\.$/,
    ),
  ])
  expect(warnings).toEqual([])
})

test('layers in a folder that can be in a URI are where Mesos finds them', async () => {
  outputDir = join(root, 'out~1+2')
  const { uris, notes } = await published()
  expect(uris.map(localPath)).toEqual(layers.map(({ name }) => join(outputDir, 'layers', name)))
  expect(notes).toEqual([expect.stringContaining('which only an agent with these very files can fetch')])
})

test.each<[KnownUri, (digest: string) => string]>([
  [{ uriBase: 'https://a.test/layers' }, digest => `https://a.test/layers/sha256-${digest}.tgz`],
  [{ uriBase: 'https://a.test/layers//' }, digest => `https://a.test/layers/sha256-${digest}.tgz`],
  // That is known, too.
  [{ uriBase: 'file:///mnt/shared' }, digest => `file:///mnt/shared/sha256-${digest}.tgz`],
  [{ uriTemplate: 'https://a.test/{file}' }, digest => `https://a.test/sha256-${digest}.tgz`],
  [{ uriTemplate: 'https://a.test/{origin}/{sha256}.tgz' }, digest => `https://a.test/acme/${digest}.tgz`],
  [
    { uriTemplate: 'https://a.test/{tag}/{file}', tag: 'v1' },
    digest => `https://a.test/v1/sha256-${digest}.tgz`,
  ],
])('%j gives each a URI of its own, and nothing is told', async (known, uri) => {
  const { uris, notes, warnings } = await published(known)
  expect(uris).toEqual(DIGESTS.map(uri))
  expect([...notes, ...warnings]).toEqual([])
})

test.each<[string, KnownUri, RegExp[]]>([
  [
    'a template that is the same for all',
    { uriTemplate: 'https://a.test/{origin}/{release}.tgz' },
    [/^uri-template: "https:\/\/a\.test\/\{origin\}\/\{release\}\.tgz" .* \{file\} or \{sha256\}/],
  ],
  [
    'everything that is wrong at once',
    { uriTemplate: 'https://a.test/{tag}/{nmae}' },
    [/^uri-template: .*"\{tag\}", "\{nmae\}"/, /^uri-template: .*\{file\} or \{sha256\}/],
  ],
])('%s is refused before there are layers', (_, known, problems) => {
  let thrown: unknown
  try {
    publishNowhere({ ...known, outputDir, layering: 'package' }, recorder().report)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(UsageError)
  expect((thrown as UsageError).problems).toEqual(problems.map(problem => expect.stringMatching(problem)))
})

test.each<[KnownUri]>([[{}], [{ uriBase: 'https://a.test/layers' }]])(
  'with %j, existing is what an earlier export left there whole',
  async known => {
    const existing = async () => (await published(known)).locations.map(location => location.existing)
    expect(await existing()).toEqual([false, false])

    mkdirSync(join(outputDir, 'layers'), { recursive: true })
    const path = join(outputDir, 'layers', layers[1]!.name)
    writeFileSync(path, Buffer.alloc(layers[1]!.size - 1))
    expect(await existing()).toEqual([false, false])
    writeFileSync(path, Buffer.alloc(layers[1]!.size))
    expect(await existing()).toEqual([false, true])
  },
)
