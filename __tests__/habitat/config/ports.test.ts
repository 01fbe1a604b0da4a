import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/habitat/config/parse.ts'
import { namedPorts, resolveExports } from '../../../src/habitat/config/ports.ts'

const ident = { origin: 'core', name: 'redis', version: '7.2.4', release: '20240102030405' }

function metadata(defaultConfig: string, exports: Record<string, string>, exposes: number[] = []) {
  return { ident, defaultConfig, exports: new Map(Object.entries(exports)), exposes }
}

describe('resolveExports', () => {
  test.each([
    ['digits', '9'.repeat(1_000_000), 'p is a number of more than 64 bits'],
    ['characters', `"${'a'.repeat(1_000_000)}"`, `p is "${'a'.repeat(100)}…"`],
  ])('of which a thousand have one value of a million %s', (_, value, words) => {
    const exports = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`port${index}`, 'p']))
    const { ports, leftOut } = resolveExports(metadata(`p = ${value}`, exports))
    expect(ports).toEqual([])
    expect(leftOut).toHaveLength(1_000)
    expect(leftOut[0]!.reason).toBe(`${words}, which is neither a port number nor an address`)
  })

  // With work for each pair of them, this takes longer than any test may.
  test('of far more exports than any service has', () => {
    const places = Array.from({ length: 60_000 }, (_, index) => `p${index}`)
    const config = places.map((place, index) => `${place} = "127.0.0.1:${index + 1}"\n`).join('')
    const exports = Object.fromEntries(
      places.flatMap(place => [
        [place, place],
        [`${place}-again`, place],
      ]),
    )
    const exposes = places.map((_, index) => index + 1)
    const { ports, leftOut, unnamed } = resolveExports(metadata(config, exports, exposes))
    expect(ports).toHaveLength(60_000)
    expect(leftOut).toHaveLength(60_000)
    expect(unnamed).toEqual([])
  })

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
      'texts that are not plain numbers',
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
    ['an override', 'port = 6379', { port: 'port' }, [], 'port = 7000', [['port', 6379]]],
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
      'EXPOSES leaves out what is not a port',
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
      [['web', 80]],
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
    expect(ports.map(({ name, number }) => [name, number])).toEqual(expected)
    for (const { name, path } of ports) expect(path.join('.')).toBe(exports[name])
  })

  // The shapes that exports have in plans of core and of others, with names and numbers made up.
  test.each<[string, string, Record<string, string>, number[], string[], string[]]>([
    [
      'of a database: a port, an id, credentials',
      'port = 3310\nserver_id = 1\nuser = false\npassword = false',
      { port: 'port', server_id: 'server_id', username: 'user', password: 'password' },
      [],
      ['port 3310'],
      ['server_id: other exports are called ports, but this one is not (server_id is 1)'],
    ],
    [
      'of a policy engine: an address alone',
      '[service]\naddress = "127.0.0.1:8282"',
      { address: 'service.address' },
      [],
      ['address 127.0.0.1:8282'],
      [],
    ],
    [
      'of a proxy: a port, a host, a switch',
      '[web]\nport = 8081\nhost = "0.0.0.0"\nenable = true',
      { web_port: 'web.port', web_host: 'web.host', web_enabled: 'web.enable' },
      [],
      ['web_port 8081'],
      [],
    ],
    [
      'of a key-value store: every port in a table of ports, https off',
      '[ports]\nhttp = 8501\nhttps = -1\n[agent]\nweight = 10',
      { http: 'ports.http', https: 'ports.https', weight: 'agent.weight' },
      [],
      ['http 8501'],
      [
        'https: ports.https is -1, which is neither a port number nor an address',
        'weight: other exports are called ports, but this one is not (agent.weight is 10)',
      ],
    ],
    [
      'of a coordinator: clientPort, and a tick in milliseconds',
      '[server]\nclientPort = 2182\ntickTime = 2000',
      { client: 'server.clientPort', tick: 'server.tickTime' },
      [],
      ['client 2182'],
      ['tick: other exports are called ports, but this one is not (server.tickTime is 2000)'],
    ],
    [
      'of a broker: the name alone says port',
      '[listeners.tcp]\ndefault = 5673\n[limits]\nchannels = 128',
      { port: 'listeners.tcp.default', channels: 'limits.channels' },
      [],
      ['port 5673'],
      ['channels: other exports are called ports, but this one is not (limits.channels is 128)'],
    ],
    [
      'of a search engine: a range for a port',
      '[http]\nport = 9201\n[transport]\nport = "9301-9400"',
      { 'http-port': 'http.port', 'transport-port': 'transport.port' },
      [9201],
      ['http-port 9201'],
      ['transport-port: transport.port is "9301-9400", which is neither a port number nor an address'],
    ],
    [
      'of a load balancer whose port has no default',
      '[http]\n# port = 80',
      { 'http-port': 'http.port' },
      [],
      [],
      ['http-port: neither default.toml nor the configuration sets http.port'],
    ],
    [
      'of a load balancer that listens on every interface',
      'bind = "*:81"\n[stats]\nlisten = ":8001"',
      { frontend: 'bind', stats: 'stats.listen' },
      [],
      ['frontend *:81', 'stats :8001'],
      [],
    ],
    [
      'of a log store: ports by the end of their path, exposed',
      'http_listening_port = 3101\ngrpc_listening_port = 9096',
      { log_http: 'http_listening_port', log_grpc: 'grpc_listening_port' },
      [3101, 9096],
      ['log_http 3101', 'log_grpc 9096'],
      [],
    ],
    [
      'of an exporter: where it listens, and whom it asks',
      '[web]\nlisten = "[::]:9114"\n[target]\naddress = "nginx.internal:8080"\nuri = "http://127.0.0.1:8080/status"',
      { web: 'web.listen', target: 'target.address', uri: 'target.uri' },
      [],
      ['web [::]:9114'],
      ['target: target.address is "nginx.internal:8080", an address of another machine'],
    ],
    [
      'of a tool that names no port: every number',
      'http = 8080\nworkers = 4',
      { http: 'http', workers: 'workers' },
      [],
      ['http 8080', 'workers 4'],
      [],
    ],
  ])('reads the exports %s', (_, defaults, exports, exposes, expected, reasons) => {
    const { ports, leftOut } = resolveExports(metadata(defaults, exports, exposes))
    expect(ports.map(({ name, before, number }) => `${name} ${before}${number}`)).toEqual(expected)
    expect(leftOut.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(reasons)
  })

  describe('addresses', () => {
    const address = (value: string) => `listen = ${JSON.stringify(value)}`
    const web = { web: 'listen' }

    test.each([
      ['127.0.0.1:8181', '127.0.0.1:'],
      ['127.1.2.3:8181', '127.1.2.3:'],
      ['0.0.0.0:8181', '0.0.0.0:'],
      [':8181', ':'],
      ['*:8181', '*:'],
      ['localhost:8181', 'localhost:'],
      ['[::]:8181', '[::]:'],
      ['[::1]:8181', '[::1]:'],
      ['tcp://0.0.0.0:8181', 'tcp://0.0.0.0:'],
      ['http://localhost:8181', 'http://localhost:'],
    ])('%s is one', (value, before) => {
      expect(resolveExports(metadata(address(value), web))).toMatchObject({
        ports: [{ name: 'web', path: ['listen'], before, number: 8181 }],
        guessed: [],
        leftOut: [],
      })
    })

    test.each(['db.example.com:5432', 'db:5432', '10.0.0.5:80', '[fd00::1]:80', 'http://web.example.com:80'])(
      '%s is one of another machine, which nothing can listen at',
      value => {
        for (const exports of [web, { 'web-port': 'listen' }]) {
          const { ports, leftOut } = resolveExports(metadata(address(value), exports))
          expect(ports).toEqual([])
          expect(leftOut).toEqual([
            {
              name: Object.keys(exports)[0],
              reason: `listen is ${JSON.stringify(value)}, an address of another machine`,
            },
          ])
        }
      },
    )

    test.each([
      '12:30',
      '::1',
      ':::8080',
      '127.0.0.1',
      '127.0.0.1:',
      '127.0.0.1:0',
      '127.0.0.1:080',
      '127.0.0.1:65536',
      '127.0.0.1:8080/',
      'http://127.0.0.1:8080/path',
      '127.0.0.1:8080,127.0.0.1:8081',
      ' 127.0.0.1:8080',
      'user@localhost:8080',
      '$HOST:8080',
      '":8080',
      'ж:8080',
      'unix:/run/web.sock',
    ])('%s is not one', value => {
      expect(resolveExports(metadata(address(value), web))).toMatchObject({ ports: [], leftOut: [] })
      expect(resolveExports(metadata(address(value), { port: 'listen' })).leftOut).toEqual([
        {
          name: 'port',
          reason: `listen is ${JSON.stringify(value)}, which is neither a port number nor an address`,
        },
      ])
    })

    test.each<[string, Record<string, string>, number[], string[]]>([
      ['the number exposed', web, [8181], ['web']],
      ['another number exposed', web, [80], []],
      ['another number exposed, and called a port', { 'web-port': 'listen' }, [80], ['web-port']],
    ])('with %s', (_, exports, exposes, expected) => {
      const { ports, unnamed } = resolveExports(metadata(address('127.0.0.1:8181'), exports, exposes))
      expect(ports.map(({ name }) => name)).toEqual(expected)
      expect(unnamed).toEqual(exposes.filter(number => number !== 8181))
    })

    test('count beside exports that are called ports', () => {
      const defaults = 'port = 80\nmetrics = "0.0.0.0:9100"\nid = 7'
      const exports = { port: 'port', metrics: 'metrics', id: 'id' }
      expect(resolveExports(metadata(defaults, exports)).ports.map(({ name }) => name)).toEqual([
        'port',
        'metrics',
      ])
    })

    test("keep the override's host", () => {
      const { ports } = resolveExports(
        metadata(address('127.0.0.1:8181'), web),
        parseConfig('listen = "10.0.0.5:9000"', 'override'),
      )
      expect(ports).toEqual([{ name: 'web', path: ['listen'], before: '10.0.0.5:', number: 8181 }])
    })

    test('become numbers where the override has one, and the other way round', () => {
      const toNumber = resolveExports(
        metadata(address('127.0.0.1:8181'), web),
        parseConfig('listen = 80', 'override'),
      )
      expect(toNumber.ports).toMatchObject([{ before: '' }])
      const toAddress = resolveExports(
        metadata('listen = 80', web),
        parseConfig('listen = "[::1]:81"', 'override'),
      )
      expect(toAddress.ports).toMatchObject([{ before: '[::1]:' }])
    })

    test('are not ports where the override sets something else', () => {
      const { ports, leftOut } = resolveExports(
        metadata(address('127.0.0.1:8181'), web),
        parseConfig('listen = "unix:/run/web.sock"', 'override'),
      )
      expect(ports).toEqual([])
      expect(leftOut).toEqual([
        { name: 'web', reason: 'the configuration sets listen to "unix:/run/web.sock"' },
      ])
    })

    test.each([[[]], [[8080]]])('with the number of a port are that port, EXPOSES being %j', exposes => {
      const defaults = '[http]\naddress = "0.0.0.0:8080"\nport = 8080\nadmin = "127.0.0.1:8080"'
      const exports = { address: 'http.address', port: 'http.port', zone: 'http.admin' }
      expect(
        resolveExports(metadata(defaults, exports, exposes), parseConfig('http.port = 9000', 'override'))
          .ports,
      ).toEqual([
        { name: 'port', path: ['http', 'port'], before: '', number: 8080 },
        { name: 'address', path: ['http', 'address'], before: '0.0.0.0:', number: 8080, sameAs: 'port' },
        { name: 'zone', path: ['http', 'admin'], before: '127.0.0.1:', number: 8080, sameAs: 'port' },
      ])
    })
  })

  test('reports ports that are recognized only by their number', () => {
    const guessed = (exports: Record<string, string>, exposes: number[] = []) =>
      resolveExports(metadata('a = 80\nb = 81\nc = ":82"\nport = 83', exports, exposes)).guessed.map(
        ({ name }) => name,
      )
    expect(guessed({ a: 'a', b: 'b', c: 'c' })).toEqual(['a', 'b'])
    expect(guessed({ a: 'a', b: 'b', c: 'c' }, [80, 81, 82])).toEqual([])
    expect(guessed({ a: 'a', c: 'c', port: 'port' })).toEqual([])
    // One that is called a port and has no value says nothing about the others.
    expect(guessed({ a: 'a', 'http-port': 'http.port' })).toEqual(['a'])
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
      parseConfig('[tls]\nport = "off"', 'override'),
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
  ])('refuses a plain value on the way to a port: %s', (override, told, fixed) => {
    const call = () =>
      resolveExports(
        metadata('[server.http]\nport = 80', { web: 'server.http.port' }),
        parseConfig(override, 'override'),
      )
    expect(call).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(told) }),
    )
    expect(call).toThrow(fixed)
  })

  test('an invalid default.toml is an error with the package and the place', () => {
    expect(() => resolveExports(metadata('a = 1\nb = = 2', {}))).toThrow(
      /^default\.toml of core\/redis\/7\.2\.4\/20240102030405 is not TOML: .* at line 2, column \d+\./,
    )
  })
})

describe('namedPorts', () => {
  const service = metadata('', { web: 'server.port', admin: 'admin.port' }, [])

  test('takes an export by its name, and anything by its path', () => {
    expect(namedPorts(service, [{ name: 'admin' }, { name: 'extra', path: 'a.b' }])).toEqual([
      { name: 'admin', path: ['admin', 'port'], before: '' },
      { name: 'extra', path: ['a', 'b'], before: '' },
    ])
  })

  test('keeps what stands before the port in an address, of whatever machine', () => {
    const listening = metadata('[web]\nlisten = "10.0.0.5:80"\nadmin = "127.0.0.1:81"', {}, [])
    const named = [
      { name: 'web', path: 'web.listen' },
      { name: 'admin', path: 'web.admin' },
    ]
    expect(namedPorts(listening, named, parseConfig('web.admin = "[::1]:82"', 'override'))).toEqual([
      { name: 'web', path: ['web', 'listen'], before: '10.0.0.5:', number: 80 },
      { name: 'admin', path: ['web', 'admin'], before: '[::1]:', number: 81 },
    ])
  })

  test('gives an address with the number of another port that port', () => {
    const both = metadata('port = 80\nlisten = "0.0.0.0:80"\nother = 80', {}, [])
    const named = ['listen', 'port', 'other'].map(path => ({ name: path, path }))
    expect(namedPorts(both, named).map(({ name, sameAs }) => [name, sameAs])).toEqual([
      ['listen', undefined],
      ['port', 'listen'],
      ['other', 'listen'],
    ])
  })

  test('accepts values that are off or empty, and names every text that cannot take a port', () => {
    const odd = metadata('a = "off"\nb = ""\nc = "http://0.0.0.0:80/x"\nd = "unix:/run/x"', {}, [])
    const named = (...names: string[]) =>
      namedPorts(
        odd,
        names.map(path => ({ name: path, path })),
      )
    expect(named('a', 'b').map(({ before }) => before)).toEqual(['', ''])
    expect(() => named('a', 'c', 'd')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(
          /^--port: c is "http:\/\/0\.0\.0\.0:80\/x", d is "unix:\/run\/x" .*--config/,
        ),
      }),
    )
  })

  test('names every one that is not an export, and the exports', () => {
    expect(() => namedPorts(service, [{ name: 'x' }, { name: 'web' }, { name: 'y' }])).toThrow(
      /^--port: .* does not export x, y; it exports web, admin\. Write NAME=PATH/,
    )
  })
})
