import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/habitat/config/config.ts'
import { namedPorts, resolveExports } from '../../../src/habitat/config/ports.ts'

const ident = { origin: 'core', name: 'redis', version: '7.2.4', release: '20240102030405' }

function metadata(defaultConfig: string, exports: Record<string, string>, exposes: number[] = []) {
  return { ident, defaultConfig, exports: new Map(Object.entries(exports)), exposes }
}

describe('resolveExports', () => {
  test.each<[string, string, Record<string, string>, number[], string, [string, number][]]>([
    ['an integer', 'port = 6379', { port: 'port' }, [], '', [['port', 6379]]],
    ['a numeric string', 'port = "6379"', { port: 'port' }, [], '', [['port', 6379]]],
    ['a nested path', '[a.b]\nc = 80', { http: 'a.b.c' }, [], '', [['http', 80]]],
    [
      'the least and the greatest',
      'a = 1\nb = 65535',
      { a: 'a', b: 'b' },
      [],
      '',
      [
        ['a', 1],
        ['b', 65535],
      ],
    ],
    ['0 and 65536', 'a = 0\nb = 65536', { a: 'a', b: 'b' }, [], '', []],
    [
      'a float, a boolean, a text, a list',
      'a = 1.5\nb = true\nc = "x"\nd = [80]',
      { a: 'a', b: 'b', c: 'c', d: 'd' },
      [],
      '',
      [],
    ],
    [
      'texts that are no plain number',
      'a = "080"\nb = " 80"\nc = "8e1"\nd = "0x50"',
      { a: 'a', b: 'b', c: 'c', d: 'd' },
      [],
      '',
      [],
    ],
    ['a table', '[a]\nb = 80', { a: 'a' }, [], '', []],
    ['a path that is not there', 'a = 80', { b: 'b', c: 'a.b' }, [], '', []],
    [
      'names that every object has',
      'a = 80',
      { a: 'constructor', b: 'toString.length', c: '__proto__.x' },
      [],
      '',
      [],
    ],
    ['an override', 'port = 6379', { port: 'port' }, [], 'port = 7000', [['port', 7000]]],
    [
      'an override beside the default',
      '[s]\nport = 1\nhost = "a"',
      { p: 's.port' },
      [],
      '[s]\nhost = "b"',
      [['p', 1]],
    ],
    ['a port that only the override has', '', { port: 'port' }, [], 'port = 7000', [['port', 7000]]],
    ['the same path twice', 'port = 80', { web: 'port', http: 'port' }, [], '', [['http', 80]]],
    [
      'the order of EXPOSES, then by name',
      'z = 1\ny = 2\nxport = 3\nwport = 4',
      { x: 'xport', y: 'y', w: 'wport', z: 'z' },
      [2, 1],
      '',
      [
        ['y', 2],
        ['z', 1],
        ['w', 4],
        ['x', 3],
      ],
    ],
    [
      'EXPOSES leaves out what is no port',
      'port = 80\nworkers = 4',
      { web: 'port', workers: 'workers' },
      [80],
      '',
      [['web', 80]],
    ],
    [
      'EXPOSES holds the default, not the override',
      'listen = 80',
      { web: 'listen' },
      [80],
      'listen = 81',
      [['web', 81]],
    ],
    [
      'EXPOSES and a name in -port',
      'a = 80\nb = 81\nc = 82',
      { a: 'a', 'ssl-port': 'b', adminPort: 'c' },
      [80],
      '',
      [
        ['a', 80],
        ['adminPort', 82],
        ['ssl-port', 81],
      ],
    ],
    ['EXPOSES and a path in -port', '[x]\nport = 81', { admin: 'x.port' }, [80], '', [['admin', 81]]],
  ])('%s', (_, defaults, exports, exposes, override, expected) => {
    const { ports } = resolveExports(metadata(defaults, exports, exposes), parseConfig(override, 'override'))
    expect(ports.map(({ name, value }) => [name, value])).toEqual(expected)
    for (const { name, path } of ports) expect(path.join('.')).toBe(exports[name])
  })

  test('says what it left out and why', () => {
    const { leftOut } = resolveExports(
      metadata(
        'web = 80\nworkers = 4\nhost = "x"\n[tls]\nport = 443',
        {
          web: 'web',
          http: 'web',
          workers: 'workers',
          host: 'host',
          tls: 'tls.port',
        },
        [80],
      ),
      parse('[tls]\nport = "off"'),
    )
    expect(leftOut).toEqual([
      { name: 'web', reason: 'it is the same as export "http"' },
      { name: 'tls', reason: 'the configuration sets tls.port to "off"' },
      { name: 'workers', reason: 'the package does not expose it (workers is 4)' },
    ])
  })

  test('says which exposed numbers have no export', () => {
    expect(resolveExports(metadata('a = 80\nb = 81', { a: 'a' }, [80, 81])).unnamed).toEqual([81])
  })

  test.each([
    ['server = "x"', 'sets server to "x"', '[server.http]'],
    ['server = 5', 'sets server to 5', '[server.http]'],
    ['[server]\nhttp = [1]', 'sets server.http to [1]', '[server.http]'],
  ])('refuses a plain value on the way to a port: %s', (override, told, mended) => {
    const call = () =>
      resolveExports(
        metadata('[server.http]\nport = 80', { web: 'server.http.port' }),
        parseConfig(override, 'override'),
      )
    expect(call).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(told) }),
    )
    expect(call).toThrow(mended)
  })

  test('a default.toml that is no TOML names the package and the place', () => {
    expect(() => resolveExports(metadata('a = 1\nb = = 2', {}))).toThrow(
      /^default\.toml of core\/redis\/7\.2\.4\/20240102030405 is not TOML: .* at line 2, column \d+\./,
    )
  })
})

describe('namedPorts', () => {
  const service = metadata('', { web: 'server.port', admin: 'admin.port' }, [])

  test('takes an export by its name, and anything by its path', () => {
    expect(namedPorts(service, [{ name: 'admin' }, { name: 'extra', path: 'a.b' }])).toEqual([
      { name: 'admin', path: ['admin', 'port'] },
      { name: 'extra', path: ['a', 'b'] },
    ])
  })

  test('names every one that is no export, and those that are', () => {
    expect(() => namedPorts(service, [{ name: 'x' }, { name: 'web' }, { name: 'y' }])).toThrow(
      /does not export x, y; it exports web, admin\. Write NAME=PATH/,
    )
  })
})
