import { describe, expect, test } from 'vitest'
import { parseFullIdent } from '../../../src/habitat/package/ident.ts'
import { metadataFromJson, metadataToJson } from '../../../src/habitat/package/metadata-json.ts'
import type { PackageMetadata } from '../../../src/habitat/package/package.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'

const least: PackageMetadata = {
  ident: parseFullIdent('acme/app/1.0/20240102030405'),
  target: 'x86_64-linux',
  deps: [],
  tdeps: [],
  exports: new Map(),
  exposes: [],
  binds: [],
  native: false,
  svcUser: undefined,
  svcGroup: undefined,
  shutdownTimeout: undefined,
  plan: {},
  defaultConfig: '',
  runnable: false,
  binaries: [],
  special: [],
  size: 0,
}
const most: PackageMetadata = {
  ...least,
  deps: [parseFullIdent('acme/lib/2/20240101000000')],
  tdeps: ['acme/lib/2/20240101000000', 'core/glibc/2.39/20240101000000'].map(parseFullIdent),
  exports: new Map([
    ['__proto__', 'a.b'],
    ['port', 'server.port'],
  ]),
  exposes: [1, 65535],
  binds: [
    { name: 'cache', exports: [], optional: true },
    { name: 'database', exports: ['host', 'port'], optional: false },
  ],
  native: true,
  svcUser: 'www-data',
  svcGroup: '_app',
  shutdownTimeout: 0,
  plan: {
    license: 'Apache-2.0 MIT',
    description: 'An app',
    upstream: 'https://acme.example/',
    source: 'https://acme.example/app.tgz',
    sourceSha256: '0a'.repeat(32),
  },
  defaultConfig: '[server]\nname = "größe\0"\n',
  runnable: true,
  binaries: ['bin/app', 'bin/a b'],
  special: [{ path: '', mode: 0o1777 }],
  size: Number.MAX_SAFE_INTEGER,
}

describe('metadata that is kept', () => {
  test.each([
    ['with nothing', least],
    ['with everything', most],
  ])('%s comes back as it was', (_, metadata) => {
    expect(metadataFromJson(JSON.parse(JSON.stringify(metadataToJson(metadata))))).toEqual(metadata)
  })

  test.each<[string, unknown]>([
    ['ident', undefined],
    ['ident', 'acme/app'],
    ['ident', ['acme', 'app', '1.0', '20240102030405']],
    ['ident', 'acme/../../etc/20240102030405'],
    ['target', 'pdp11'],
    ['target', 1],
    ['deps', {}],
    ['deps', ['acme/lib']],
    ['tdeps', [null]],
    ['exports', { port: 'server.port' }],
    ['exports', [['port']]],
    ['exports', [['port', 'server.port', 'more']]],
    ['exports', [['', 'server.port']]],
    ['exposes', [65536]],
    ['exposes', ['80']],
    ['exposes', [0.5]],
    ['binds', undefined],
    ['binds', ['database']],
    ['binds', [{ name: 'a b', exports: [], optional: true }]],
    ['binds', [{ name: 'a:b', exports: [], optional: true }]],
    ['binds', [{ name: 'a', exports: 'port', optional: true }]],
    ['binds', [{ name: 'a', exports: ['a b'], optional: true }]],
    ['binds', [{ name: 'a', exports: ['\u202e'], optional: true }]],
    ['binds', [{ name: 'a', exports: [], optional: 'no' }]],
    ['native', undefined],
    ['native', 'native'],
    ['svcUser', 'root:0:0'],
    ['svcUser', null],
    ['svcGroup', '../group'],
    ['shutdownTimeout', -1],
    ['shutdownTimeout', '8'],
    // As the metadata of before was.
    ['plan', undefined],
    ['plan', { license: '' }],
    ['plan', { description: 1 }],
    ['plan', { upstream: 'javascript:alert(1)' }],
    ['plan', { source: 'file:///etc/passwd' }],
    ['plan', { sourceSha256: 'abc' }],
    ['defaultConfig', undefined],
    ['runnable', 'yes'],
    ['binaries', ['/bin/sh']],
    ['binaries', ['../../bin/sh']],
    ['binaries', ['bin/./sh']],
    ['binaries', ['bin/sh\0']],
    ['binaries', 'bin/sh'],
    ['special', [{ path: 'bin/su', mode: 0o10000 }]],
    ['special', [{ path: 'bin/su' }]],
    ['special', [{ path: '/bin/su', mode: 0o4755 }]],
    ['special', [null]],
    ['size', Number.MAX_VALUE],
    ['size', undefined],
  ])('with %s %j is refused', (field, value) => {
    const json = JSON.parse(JSON.stringify({ ...metadataToJson(most), [field]: value }))
    expect(() => metadataFromJson(json)).toThrow(MesosizeError)
    expect(() => metadataFromJson(json)).toThrow(`The kept metadata is unusable: ${field}`)
  })

  test.each([[null], ['text'], [[]], [undefined], [1]])('that is %j is refused', value => {
    expect(() => metadataFromJson(value)).toThrow(MesosizeError)
  })
})
