import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { fetchUriProblem } from '../../src/marathon/app/rules.ts'
import { publishNowhere } from '../../src/publish/none.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { localPath } from '../testkit/fetcher.ts'
import { locateOne, recorder } from './recorder.ts'

wordSettings(inputWording(EXPORT))

const path = '/staging/.mesosize-x/acme-shop-1.2.3+4-20240102030405.tgz'
const tarball: NamedTarball = nameTarball(
  { isLayer: false, path, size: 1, sha256: 'ab12', parts: [] },
  { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' },
)
const outputDir = 'my results #1'

/** A version with all that Habitat lets into one. */
const odd: NamedTarball = nameTarball(
  { isLayer: false, path, size: 1, sha256: 'ab12', parts: [] },
  { origin: 'acme', name: 'shop', version: '0.2.0-rc.1+b~2', release: '20240102030405' },
)

describe('publishNowhere', () => {
  test.each([
    [{ uri: 'https://a.test/it.tgz', uriBase: 'https://b.test' }, 'https://a.test/it.tgz'],
    [{ uriBase: 'https://a.test/files' }, 'https://a.test/files/acme-shop-1.2.3%2B4-20240102030405.tgz'],
    [{ uriBase: 'https://a.test/files//' }, 'https://a.test/files/acme-shop-1.2.3%2B4-20240102030405.tgz'],
    [
      { uriTemplate: 'https://a.test/{origin}/{tag}/{sha256}.tgz', tag: 'v1' },
      'https://a.test/acme/v1/ab12.tgz',
    ],
  ])('%j', async (known, uri) => {
    const { report, notes } = recorder()
    expect(await locateOne(publishNowhere({ ...known, outputDir }, report), tarball)).toEqual({ uri })
    expect(notes).toEqual([])
  })

  test.each(['results', 'out~1+2', '(a),b;c=d&e@f!$*', 'über/雪', 'job%2Fmain', '#1', 'a?b'])(
    'gives the file in the output folder %s, where Mesos finds it, and says so',
    async folder => {
      const { report, notes } = recorder()
      const { uri } = await locateOne(publishNowhere({ outputDir: folder }, report), odd)
      expect(uri).toMatch(/^file:\/\/\//)
      expect(localPath(uri)).toBe(resolve(folder, odd.name))
      expect(fetchUriProblem(uri)).toBeUndefined()
      expect(notes).toEqual([
        expect.stringContaining(`has ${uri}, which only an agent with this very file can fetch. Put`),
      ])
    },
  )

  test.each([
    ['my results', '" "'],
    ["it's", '"\'"'],
    ['a"b', '"\\""'],
    ['a\\b', '"\\\\"'],
    ['{a}', '"{"'],
    ['100%', '"%/a"'],
    ['[a]', '"[" or "]"'],
    ['#1/#2', '"#" twice'],
  ])('says that no agent can fetch from %s, and still gives a URL of the file', async (folder, told) => {
    const { report, notes } = recorder()
    const { uri } = await locateOne(publishNowhere({ outputDir: folder }, report), tarball)
    expect(fileURLToPath(uri)).toBe(resolve(folder, tarball.name))
    expect(fetchUriProblem(uri)).toBeUndefined()
    expect(notes).toEqual([
      expect.stringContaining(`has ${uri}, which no agent can fetch, because its path `),
    ])
    expect(notes[0]).toContain(`${told}`)
    expect(notes[0]).toMatch(/do not decode such a URI, so choose a path without it\. Put the tarball where/)
  })

  test('returns the file in the output folder, not in the staging folder, with a note', async () => {
    const { report, notes } = recorder()
    const { uri } = await locateOne(publishNowhere({ outputDir }, report), tarball)
    expect(uri).toMatch(/^file:\/\/\//)
    expect(fileURLToPath(uri)).toBe(resolve(outputDir, tarball.name))
    expect(notes).toEqual([
      expect.stringContaining(`No URI is known for the tarball, so the app definition has ${uri}`),
    ])
  })

  // The URIs that servers decode are encoded, the others are not: Mesos and Hadoop take them as they are.
  test.each([
    [{ uriBase: 'https://a.test' }, 'https://a.test/acme-shop-0.2.0-rc.1%2Bb~2-20240102030405.tgz'],
    [{ uriBase: 'ftp://a.test/x/' }, 'ftp://a.test/x/acme-shop-0.2.0-rc.1%2Bb~2-20240102030405.tgz'],
    [{ uriTemplate: 'https://a.test/{version}.tgz' }, 'https://a.test/0.2.0-rc.1%2Bb~2.tgz'],
    [{ uriBase: 'file:///srv/a~b' }, 'file:///srv/a~b/acme-shop-0.2.0-rc.1+b~2-20240102030405.tgz'],
    [{ uriBase: '/srv' }, '/srv/acme-shop-0.2.0-rc.1+b~2-20240102030405.tgz'],
    [{ uriBase: 'hdfs://nn/apps' }, 'hdfs://nn/apps/acme-shop-0.2.0-rc.1+b~2-20240102030405.tgz'],
    [{ uriTemplate: 'file:///srv/{name}-{version}.tgz' }, 'file:///srv/shop-0.2.0-rc.1+b~2.tgz'],
    [{ uriTemplate: '/srv/{ident}.tgz' }, '/srv/acme/shop/0.2.0-rc.1+b~2/20240102030405.tgz'],
    [{ uriTemplate: 's3://apps/{tag}/{file}', tag: 'v1~x' }, `s3://apps/v1~x/${odd.name}`],
  ])('%j gives %s', async (known, uri) => {
    const { report, warnings } = recorder()
    expect(await locateOne(publishNowhere({ ...known, outputDir }, report), odd)).toEqual({ uri })
    expect(fetchUriProblem(uri)).toBeUndefined()
    expect(warnings).toEqual([])
  })

  test('refuses a value that a path cannot have as it is', async () => {
    const known = { uriTemplate: 'file:///srv/{tag}.tgz', tag: "it's" }
    await expect(publishNowhere({ ...known, outputDir }, recorder().report)([odd])).rejects.toThrow(
      /^uri-template: "file:\/\/\/srv\/\{tag\}\.tgz" must not contain "'", which Mesos' fetcher refuses: agents do not decode such a URI/,
    )
  })

  test.each([
    [{ uri: 'file:///srv/my%20apps/x.tgz' }, /^"file:.*" has "%20", which agents do not decode/],
    [{ uriBase: '/srv/a%2Bb' }, /"%2B"/],
    [{ uriTemplate: 'hdfs://nn/a%7Eb/{file}' }, /"%7E"/],
  ])('warns of %j, which nobody decodes', (known, warning) => {
    const { report, warnings } = recorder()
    publishNowhere({ ...known, outputDir }, report)
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })

  test.each([
    ['htps://a.test/{file}', 'has the scheme "htps"'],
    ['{name}/a.tgz', 'must start with a scheme'],
    ['https://{file}', 'must have a path after the host'],
    ['https:///{file}', 'must have a host after the scheme'],
    ['https://a.test/a b/{file}', 'must not contain " ": write %20 instead'],
  ])('refuses a template that can never be a URI: %s', (uriTemplate, words) => {
    const make = () => publishNowhere({ outputDir, uriTemplate }, recorder().report)
    expect(make).toThrow(`uri-template: ${JSON.stringify(uriTemplate)} ${words}`)
  })

  test('refuses a template before there is a tarball', () => {
    const make = () =>
      publishNowhere({ outputDir, uriTemplate: 'https://a.test/{tag}/{nmae}' }, recorder().report)
    expect(make).toThrow('uri-template: "https://a.test/{tag}/{nmae}" has "{tag}", "{nmae}": write one of')
  })
})
