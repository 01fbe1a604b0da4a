import { describe, expect, test } from 'vitest'
import type { ExportRequest } from '../../../src/export/request.ts'
import { parseProjectFile } from '../../../src/settings/project/file.ts'
import { clashes, servicesOf } from '../../../src/settings/project/services.ts'
import { APP } from '../../../src/settings/rows/app.ts'

const FILE = parseProjectFile(
  `[[service]]
  package = "acme/web"
  app-id = "web"
  [[service]]
  package = ["acme/api", "core/curl"]
  plan = "services/api"
  app-id = "api"
  [[service]]
  plan = "."
  app-id = "top"`,
  'mesosize.toml',
)

describe('a run exports', () => {
  test.each<[packages: string[], plan: string | undefined, ids: (string | undefined)[]]>([
    [[], undefined, ['web', 'api', 'top']],
    [['acme/web'], undefined, ['web']],
    [['acme/web/1.2.0'], undefined, ['web']],
    [['acme/web/1.2.0/20240102030405', 'core/curl'], undefined, ['web']],
    [['results/acme-api-1.2.0-20240102030405-x86_64-linux.hart'], undefined, ['api']],
    [['core/curl'], undefined, [undefined]],
    [['acme/webx'], undefined, [undefined]],
    [[], 'services/api', ['api']],
    [[], './services//api/', ['api']],
    [[], '.', ['top']],
    [[], './', ['top']],
    [[], 'services', [undefined]],
  ])('with the packages %j and the plan %j: %j', (packages, plan, ids) => {
    const found = servicesOf(FILE, { packages, plan })
    expect(found.map(layers => layers[0]?.get(APP.id)?.[0]?.text)).toEqual(ids)
    for (const layers of found) expect(layers.at(-1)).toBe(FILE.common)
  })

  test('what is common where there are no services', () => {
    const file = parseProjectFile('mem = 1', 'm')
    expect(servicesOf(file, { packages: [] })).toEqual([[file.common]])
  })
})

describe('services that would take each other’s place are refused', () => {
  const request = (packages: string[], more: object = {}) =>
    ({ packages, outputDir: 'results', app: {}, ...more }) as unknown as ExportRequest
  test.each<[requests: ExportRequest[], problems: string[]]>([
    [[request(['a/b']), request(['a/c'])], []],
    [[request([]), request([])], []],
    [[request(['a/b']), request(['a/b'], { outputDir: 'other' })], []],
    [
      [request(['a/b']), request(['a/b']), request(['a/b'])],
      [
        '--output-dir: several services export a/b to results, so that one replaces the files of the other. Give each [[service]] its own.',
      ],
    ],
    [
      [request(['a/b'], { app: { id: '/x' } }), request(['a/c'], { app: { id: '/x' } })],
      ['--app-id: several services have "/x". Give each [[service]] its own.'],
    ],
    [
      [
        request(['a/b'], { uri: 'http://h/x', sbom: 's' }),
        request(['a/c'], { uri: 'http://h/x', sbom: 's' }),
      ],
      [
        '--uri: several services have "http://h/x". Give each [[service]] its own.',
        '--sbom: several services have "s". Give each [[service]] its own.',
      ],
    ],
  ])('%#', (requests, problems) => {
    expect(clashes(requests)).toEqual(problems)
  })
})
