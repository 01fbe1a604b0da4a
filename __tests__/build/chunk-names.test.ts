import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chunkName, takeName } from '../../build/chunk-names.ts'
import type { InfoOf } from '../../build/reach.ts'

/** A module: how many characters it has, and what it imports. */
type Module = [size: number, imports?: string[]]

/** Knows modules by their paths in the project. */
function knowing(modules: Record<string, Module>): InfoOf {
  const known = new Map(Object.entries(modules).map(([path, module]) => [resolve(path), module]))
  return id => {
    const [size, imports = []] = known.get(id) ?? []
    return size === undefined
      ? null
      : { code: 'x'.repeat(size), importedIds: imports.map(path => resolve(path)) }
  }
}

function chunkOf(paths: string[], facade?: string) {
  return {
    name: 'unused',
    facadeModuleId: facade === undefined ? null : resolve(facade),
    moduleIds: paths.map(path => resolve(path)),
  }
}

describe('a chunk is named after', () => {
  test.each<[string, string | undefined, Record<string, Module>, string]>([
    [
      'the module that is imported to load it, however small',
      'src/cli/show.ts',
      { 'src/marathon/status/status.ts': [900], 'src/cli/show.ts': [10, ['src/marathon/status/status.ts']] },
      'cli-show',
    ],
    [
      'that module also if most of it is a package',
      'src/sbom/sbom.ts',
      {
        'node_modules/@acme/bom/index.js': [900],
        'src/sbom/sbom.ts': [10, ['node_modules/@acme/bom/index.js']],
      },
      'sbom',
    ],
    [
      'the package that is imported to load it',
      'node_modules/@acme/files/index.js',
      { 'node_modules/large/a.js': [900], 'node_modules/@acme/files/index.js': [10] },
      'vendor-acme-files',
    ],
    [
      'the module that needs most of it',
      undefined,
      {
        'src/http/put.ts': [500],
        'src/lib/mask.ts': [300],
        'src/publish/http.ts': [100, ['src/http/put.ts', 'src/lib/mask.ts']],
      },
      'publish-http',
    ],
    [
      'the door of a room',
      undefined,
      { 'src/habitat/hab/build.ts': [500], 'src/habitat/hab/index.ts': [20, ['src/habitat/hab/build.ts']] },
      'habitat-hab',
    ],
    [
      'the folder of modules that do not need each other',
      undefined,
      { 'src/lib/a.ts': [100], 'src/lib/b.ts': [110], 'src/lib/c.ts': [100], 'src/http/d.ts': [100] },
      'lib',
    ],
    [
      'the largest of modules that have nothing in common',
      undefined,
      { 'src/lib/a.ts': [100], 'src/http/b.ts': [110], 'src/cli/c.ts': [100] },
      'http-b',
    ],
    [
      'the package that needs the others',
      undefined,
      {
        'node_modules/large/index.js': [900],
        'node_modules/small/index.js': [10, ['node_modules/large/index.js']],
      },
      'vendor-small',
    ],
    [
      'both, if our own module is beside a package',
      undefined,
      { 'src/lib/discard.ts': [10], 'node_modules/hash-wasm/index.js': [900] },
      'lib-discard-hash-wasm',
    ],
    ['the JSON that it is', undefined, { 'package.json': [39] }, 'package'],
  ])('%s', (_, facade, modules, name) => {
    expect(chunkName(chunkOf(Object.keys(modules), facade), knowing(modules))).toBe(name)
  })

  test('its group', () => {
    const modules: Record<string, Module> = { 'src/lib/a.ts': [1] }
    expect(chunkName({ ...chunkOf(['src/lib/a.ts']), name: 'pipeline' }, knowing(modules))).toBe('pipeline')
  })

  test('the module that it leads to, if it has none of its own', () => {
    expect(chunkName(chunkOf([], 'src/cli/perform.ts'), () => null)).toBe('cli-perform-entry')
    expect(chunkName(chunkOf([], 'node_modules/undici/index.js'), () => null)).toBe('vendor-undici-entry')
  })

  test('what stands for a module of Node', () => {
    const chunk = { name: 'unused', facadeModuleId: null, moduleIds: ['\0node-http', '\0node-https'] }
    expect(chunkName(chunk, () => null)).toBe('node-http')
    expect(chunkName({ ...chunk, moduleIds: ['\0rolldown/runtime.js'] }, () => null)).toBe('rolldown-runtime')
  })
})

test('two chunks of the same name are an error, and asking for one twice is not', () => {
  const modules: Record<string, Module> = { 'node_modules/tar/a.js': [1], 'node_modules/tar/b.js': [1] }
  const infoOf = knowing(modules)
  const named = new Map<string, string>()
  const first = chunkOf(['node_modules/tar/a.js'])
  expect(takeName(first, infoOf, named)).toBe('vendor-tar')
  expect(takeName(first, infoOf, named)).toBe('vendor-tar')
  expect(() => takeName(chunkOf(['src/a.ts']), infoOf, new Map([['a', 'src/lib/a.ts']]))).toThrow(
    /^Two chunks have the name a\. .*\nsrc\/lib\/a\.ts\n\n.*a\.ts$/,
  )
})

test('a second chunk of the same package is named after its main module, too', () => {
  const modules: Record<string, Module> = { 'node_modules/tar/a.js': [1], 'node_modules/tar/b.js': [1] }
  const infoOf = knowing(modules)
  const named = new Map<string, string>()
  expect(takeName(chunkOf(['node_modules/tar/a.js']), infoOf, named)).toBe('vendor-tar')
  expect(takeName(chunkOf(['node_modules/tar/b.js']), infoOf, named)).toBe('vendor-tar-b')
})
