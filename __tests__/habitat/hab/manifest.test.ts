import { describe, expect, test } from 'vitest'
import { parseManifest } from '../../../src/habitat/hab/manifest.ts'
import { habTarget } from '../../../src/habitat/hab/release.ts'
import { formatIdent } from '../../../src/habitat/package/ident.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { failure } from '../reading.ts'

wordSettings(inputWording(EXPORT))

const packages = [
  'core/hab-studio/1.6.1245/20240101000001',
  'core/hab-sup/1.6.1245/20240101000002',
  'core/hab-launcher/16245/20240101000003',
  'core/hab/1.6.1245/20240101000004',
  'core/hab-pkg-export-tar/1.6.1245/20240101000005',
]
const manifest = { schema_version: '1', version: '1.6.1245', packages: { 'x86_64-linux': packages } }

describe('the manifest of a release', () => {
  test('names hab, supervisor and launcher', () => {
    const { version, packagesFor } = parseManifest(JSON.stringify(manifest), 'here')
    const { hab, supervisor, launcher } = packagesFor('x86_64-linux')
    expect(version).toBe('1.6.1245')
    expect([hab, supervisor, launcher].map(formatIdent)).toEqual([packages[3], packages[1], packages[2]])
  })

  test.each<[string, string, string]>([
    ['no JSON', '<!doctype html>', 'it is not valid JSON'],
    ['a list', '[]', 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['no version', JSON.stringify({ ...manifest, version: undefined }), 'version is missing'],
    [
      'a path as version',
      JSON.stringify({ ...manifest, version: '../../2.0.0' }),
      'version is "../../2.0.0", not a version',
    ],
    ['no packages', JSON.stringify({ ...manifest, packages: undefined }), 'packages is missing'],
    [
      'packages for another target',
      JSON.stringify({ ...manifest, packages: { 'x86_64-darwin': packages } }),
      'packages["x86_64-linux"] is missing',
    ],
    [
      'no supervisor',
      JSON.stringify({ ...manifest, packages: { 'x86_64-linux': packages.slice(2) } }),
      'it lists no hab-sup for x86_64-linux',
    ],
    [
      'an ident that is none',
      JSON.stringify({ ...manifest, packages: { 'x86_64-linux': ['../hab'] } }),
      'packages["x86_64-linux"][0]: "../hab" is not a package identifier',
    ],
    [
      'a number for an ident',
      JSON.stringify({ ...manifest, packages: { 'x86_64-linux': [7] } }),
      'packages["x86_64-linux"][0] is 7, not text',
    ],
  ])('with %s is an error', async (_, text, problem) => {
    const read = async () => parseManifest(text, 'https://mirror/manifest.json').packagesFor('x86_64-linux')
    const error = await failure(read())
    expect(error.code).toBe('HAB_MANIFEST')
    expect(error.message).toContain(
      `https://mirror/manifest.json is not a manifest of a hab release: ${problem}`,
    )
  })
})

describe('the target of a runner', () => {
  test.each([
    ['linux', 'x64', 'x86_64-linux'],
    ['linux', 'arm64', 'aarch64-linux'],
  ])('%s %s', (platform, arch, target) => expect(habTarget(platform, arch)).toBe(target))

  test.each([
    ['win32', 'x64'],
    ['darwin', 'arm64'],
    ['linux', 'arm'],
  ])('%s %s has none', async (platform, arch) => {
    const error = await failure((async () => habTarget(platform, arch))())
    expect(error.code).toBe('RUNNER_UNSUPPORTED')
    expect(error.message).toContain(platform)
    expect(error.message).toContain('use-hab: false')
  })
})
