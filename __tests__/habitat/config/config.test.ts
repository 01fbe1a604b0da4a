import fc from 'fast-check'
import { parse, type TomlTable } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import {
  configJson,
  mergeConfig,
  namedPorts,
  parseConfig,
  parseConfigVariable,
  resolveExports,
} from '../../../src/habitat/config/config.ts'

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

// The rules of toml_merge in Habitat's components/common/src/templating/config.rs.
describe('mergeConfig', () => {
  test.each([
    ['tables deep', '[a]\nx = 1\ny = 2', '[a]\ny = 3\nz = 4', { a: { x: 1, y: 3, z: 4 } }],
    ['lists whole', 'a = [1, 2, 3]', 'a = [4]', { a: [4] }],
    ['lists of tables whole', '[[a]]\nx = 1\n[[a]]\nx = 2', '[[a]]\ny = 1', { a: [{ y: 1 }] }],
    ['a table for a value', 'a = 1', '[a]\nx = 1', { a: { x: 1 } }],
    ['a value for a table', '[a]\nx = 1', 'a = 1', { a: 1 }],
    ['a date for a table', '[a]\nx = 1', 'a = 2024-01-02', { a: new Date('2024-01-02') }],
  ])('%s', (_, base, override, expected) => {
    expect(JSON.parse(configJson(mergeConfig(parse(base), parseConfig(override, 'override'))))).toEqual(
      JSON.parse(
        JSON.stringify(expected, (_key, value) =>
          typeof value === 'string' && value.startsWith('2024') ? value.slice(0, 10) : value,
        ),
      ),
    )
  })

  test('does not change its arguments, nor any prototype', () => {
    const base = parse('[a]\nx = 1')
    const merged = mergeConfig(base, JSON.parse('{"a": {"y": 2}, "__proto__": {"polluted": true}}'))
    expect(base).toEqual({ a: { x: 1 } })
    expect(Object.hasOwn(merged, '__proto__')).toBe(true)
    expect('polluted' in merged).toBe(false)
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

describe('parseConfigVariable', () => {
  test.each<[string, TomlTable]>([
    ['port = 8080', { port: 8080n }],
    ['ratio = 1.0', { ratio: 1 }],
    ['', {}],
    ['{"port": 8080, "a": {"b": [1, "x"]}}', { port: 8080n, a: { b: [1n, 'x'] } }],
    ['  {}\n', {}],
    ['n = 9223372036854775807', { n: 9223372036854775807n }],
  ])('reads %j', (text, expected) => {
    expect(parseConfigVariable(text, 'HAB_X')).toEqual(expected)
  })

  test.each([
    '8080',
    '"text"',
    '[1, 2]',
    'true',
    'null',
    'port: 8080',
    '{"port": }',
    '{"a": null}',
    '{"": null}',
    '{"a": 9223372036854775807}',
  ])('refuses %j without showing it', text => {
    expect(() => parseConfigVariable(text, 'HAB_X')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^HAB_X /) }),
    )
  })

  test('never shows the value, which may hold a password', () => {
    let message = ''
    try {
      parseConfigVariable('password: hunter2', 'HAB_X')
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('HAB_X')
    expect(message).not.toContain('hunter2')
  })
})

describe('configJson', () => {
  test.each([
    ['plain values', 'a = 1\nb = "x"\nc = true\nd = 1.5', '{"a":1,"b":"x","c":true,"d":1.5}'],
    ['a whole float, which must stay one', 'a = 1.0\nb = 1e3', '{"a":1.0,"b":1000.0}'],
    ['64-bit integers', 'a = 9223372036854775807', '{"a":9223372036854775807}'],
    ['dates as TOML writes them', 'a = 2024-01-02\nb = 07:32:00', '{"a":"2024-01-02","b":"07:32:00.000"}'],
    ['quotes, line ends, other alphabets', 'a = "\\"\\n\\u0000ж"', '{"a":"\\"\\n\\u0000ж"}'],
    // Habitat's transcoding from JSON to TOML fails on a value that comes after a table.
    ['values before tables', '[t]\nx = 1\n[t.u]\ny = 1', '{"t":{"x":1,"u":{"y":1}}}'],
  ])('%s', (_, toml, json) => {
    expect(configJson(parseConfig(toml, 'test'))).toBe(json)
  })

  test('puts values before tables and lists of tables, at every depth', () => {
    const table = { t: { u: { a: 1n }, b: 2n }, l: [{ z: { a: 1n }, y: 2n }], c: 3n, d: [1n] }
    expect(configJson(table)).toBe('{"c":3,"d":[1],"t":{"b":2,"u":{"a":1}},"l":[{"y":2,"z":{"a":1}}]}')
  })

  test('is JSON of the same value', () => {
    const withoutNull = fc.jsonValue().filter(value => !JSON.stringify(value).includes('null'))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), withoutNull), value => {
        expect(JSON.parse(configJson(value as TomlTable))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test.each(['inf', '-inf', 'nan'])('refuses %s', number => {
    expect(() => configJson(parse(`a = [${number}]`))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
