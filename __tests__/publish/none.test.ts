import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import { publishNowhere } from '../../src/publish/none.ts'
import { locateOne, recorder } from './recorder.ts'

const path = '/staging/.mesosize-x/acme-shop-1.2.3+4-20240102030405.tgz'
const tarball: NamedTarball = nameTarball(
  { isLayer: false, path, size: 1, sha256: 'ab12', parts: [] },
  { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' },
)
const outputDir = 'my results #1'

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

  test('gives the file in the output folder, not in the staging folder, and says so', async () => {
    const { report, notes } = recorder()
    const { uri } = await locateOne(publishNowhere({ outputDir }, report), tarball)
    expect(uri).toMatch(/^file:\/\/\//)
    expect(fileURLToPath(uri)).toBe(resolve(outputDir, tarball.name))
    expect(notes).toEqual([
      expect.stringContaining(`No URI is known for the tarball, so the app definition has ${uri}`),
    ])
  })

  test('refuses a template before there is a tarball', () => {
    const make = () =>
      publishNowhere({ outputDir, uriTemplate: 'https://a.test/{tag}/{nmae}' }, recorder().report)
    expect(make).toThrow('uri-template: "https://a.test/{tag}/{nmae}" has "{tag}", "{nmae}": write one of')
  })
})
