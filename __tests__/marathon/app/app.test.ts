import { describe, expect, test } from 'vitest'
import { silent } from '../../../src/lib/report.ts'
import { appJson, checkApp, defineApp } from '../../../src/marathon/app/app.ts'
import type { AppRequest, JsonObject } from '../../../src/marathon/app/request.ts'
import { appRequest, image, listener, service, tarball } from './fixtures.ts'

const web = service({
  defaultConfig: 'greeting = "hi"\nworkers = 4\n[server]\nport = 8080\nhost = "0.0.0.0"\n',
  exports: new Map([
    ['http', 'server.port'],
    ['workers', 'workers'],
  ]),
  exposes: [8080],
})

function define(request: Partial<AppRequest> = {}, metadata = web) {
  const report = listener()
  return { app: defineApp(metadata, image, appRequest(request), report), ...report }
}

function variable(app: JsonObject): unknown {
  const text = (app.env as JsonObject).HAB_MY_WEB
  return text === undefined ? undefined : JSON.parse(text as string)
}

test('the whole of it', () => {
  expect(
    appJson(defineApp(web, image, appRequest({ env: { TZ: 'UTC' }, labels: { team: 'a' } }), silent)),
  ).toBe(`{
  "id": "/acme/my-web",
  "cmd": "tar -xzpf acme-my-web-1.0.0-20240102030405.tgz && rm acme-my-web-1.0.0-20240102030405.tgz && exec sh ./launch",
  "user": "root",
  "cpus": 0.5,
  "mem": 256,
  "disk": 0,
  "instances": 1,
  "taskKillGracePeriodSeconds": 30,
  "fetch": [
    {
      "uri": "https://files.example.com/acme-my-web-1.0.0-20240102030405.tgz",
      "extract": false,
      "destPath": "acme-my-web-1.0.0-20240102030405.tgz"
    }
  ],
  "env": {
    "TZ": "UTC",
    "HAB_MY_WEB": "{\\"server\\":{\\"port\\":\\"$PORT_HTTP\\"}}"
  },
  "labels": {
    "mesosize.ident": "acme/my-web/1.0.0/20240102030405",
    "mesosize.channel": "stable",
    "mesosize.sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "mesosize.source": "https://builder.example.com",
    "team": "a"
  },
  "portDefinitions": [
    {
      "port": 0,
      "name": "http",
      "protocol": "tcp"
    },
    {
      "port": 0,
      "name": "gossip",
      "protocol": "udp,tcp"
    },
    {
      "port": 0,
      "name": "gateway",
      "protocol": "tcp"
    },
    {
      "port": 0,
      "name": "ctl",
      "protocol": "tcp"
    }
  ],
  "healthChecks": [
    {
      "protocol": "MESOS_HTTP",
      "portIndex": 2,
      "path": "/services/my-web/default/health",
      "gracePeriodSeconds": 300,
      "intervalSeconds": 10,
      "timeoutSeconds": 5,
      "maxConsecutiveFailures": 9
    }
  ]
}
`)
})

test('labels and service ports are those of the port, and the health check still asks the gateway', () => {
  const { app } = define({
    portLabels: [{ port: 'http', key: 'VIP_0', value: '/web:80' }],
    servicePorts: [{ port: 'http', number: 10_080 }],
  })
  expect((app.portDefinitions as JsonObject[])[0]).toEqual({
    port: 10_080,
    name: 'http',
    protocol: 'tcp',
    labels: { VIP_0: '/web:80' },
  })
  expect(app).toMatchObject({ healthChecks: [{ portIndex: 2 }] })
})

test('two ports with one service port are refused', () => {
  const servicePorts = [
    { port: 'http', number: 10_080 },
    { port: 'gossip', number: 10_080 },
  ]
  expect(() => define({ servicePorts })).toThrow(/portDefinitions\[1\]\.port: 10080 is also the number/)
})

describe('id', () => {
  test('is the requested one, without a note', () => {
    const { app, notes } = define({ id: '/shop/web' })
    expect(app.id).toBe('/shop/web')
    expect(notes.join()).not.toContain('/shop/web')
  })

  test('is derived, with a note', () => {
    const { app, notes } = define()
    expect(app.id).toBe('/acme/my-web')
    expect(notes).toContainEqual(expect.stringContaining('/acme/my-web'))
  })

  test('is changed if Marathon does not allow the name, with a note of both', () => {
    const ident = { ...web.ident, name: 'My_Web' }
    const { app, notes } = define({}, service({ ident }))
    expect(app.id).toBe('/acme/my-web')
    expect(notes).toContainEqual(expect.stringMatching(/\/acme\/my-web.*acme\/My_Web/))
  })
})

test.each([
  [undefined, 30],
  [8, 30],
  [10, 30],
  [60, 80],
  [3600, 3620],
  [3601, 3620],
  [999_999_999, 3620],
])('with SHUTDOWN_TIMEOUT %s a task has %i seconds to end', (shutdownTimeout, seconds) => {
  const { app, notes } = define({}, service({ shutdownTimeout }))
  expect(app.taskKillGracePeriodSeconds).toBe(seconds)
  const note = `acme/my-web/1.0.0/20240102030405 asks for ${shutdownTimeout} seconds to shut down, but gets one hour. To set another time, use --kill-grace-period.`
  expect(notes.includes(note)).toBe((shutdownTimeout ?? 0) > 3600)
})

test('a setting decides how long a task has to end, in whole seconds, and a patch replaces it', () => {
  const metadata = service({ shutdownTimeout: 999_999_999 })
  const { app, notes } = define({ killGracePeriod: 1500 }, metadata)
  expect(app.taskKillGracePeriodSeconds).toBe(2)
  expect(notes.join()).not.toContain('shut down')
  const patch = { taskKillGracePeriodSeconds: 7 }
  expect(define({ killGracePeriod: 1500, patch }, metadata).app.taskKillGracePeriodSeconds).toBe(7)
})

test('roles, the upgrade strategy and constraints are those of the request', () => {
  const { app, warnings } = define({
    acceptedRoles: ['slave_public', '*'],
    upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 },
    constraints: [['hostname', 'UNIQUE']],
  })
  expect(app).toMatchObject({
    acceptedResourceRoles: ['slave_public', '*'],
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 },
    constraints: [['hostname', 'UNIQUE']],
  })
  expect(warnings).toEqual([expect.stringContaining('the --mesos_role of Marathon')])
})

test('a patch decides how long a task has to end', () => {
  const patch = { taskKillGracePeriodSeconds: 86_400 }
  const { app, notes } = define({ patch }, service({ shutdownTimeout: 999_999_999 }))
  expect(app.taskKillGracePeriodSeconds).toBe(86_400)
  expect(notes.join()).not.toContain('shut down')
})

test('what is fetched besides the image comes after it, and the agent unpacks it', () => {
  const more = ['file:///etc/docker.tar.gz', 'https://files.example.com/jre.tar.gz']
  const { uri } = tarball().location
  expect(define({ fetch: more }).app.fetch).toEqual([
    { uri, extract: false, destPath: 'acme-my-web-1.0.0-20240102030405.tgz' },
    ...more.map(uri => ({ uri })),
  ])
  expect(define({ fetch: more, legacyUris: true }).app.uris).toEqual([uri, ...more])
  const layers = [
    { ...tarball('https://files.example.com/a.tgz'), isLayer: true },
    { ...tarball('https://files.example.com/b.tgz'), isLayer: true },
  ]
  const app = defineApp(web, { ...image, tarballs: layers }, appRequest({ fetch: more }), silent)
  expect((app.fetch as JsonObject[]).map(({ uri }) => uri)).toEqual([
    ...layers.map(({ location }) => location.uri),
    ...more,
  ])
})

test('volumes are a variable for launch, one a line', () => {
  const volumes = [
    { source: '/srv/web', path: '/hab/svc/my-web/data', readOnly: false },
    { source: 'jre', path: '/opt/jre', readOnly: true },
  ]
  expect(define({ volumes }).app.env).toMatchObject({
    MESOSIZE_VOLUMES: '/srv/web:/hab/svc/my-web/data\njre:/opt/jre:ro',
  })
})

describe('uris', () => {
  test('stand in place of fetch, and the command does not unpack', () => {
    const { app, warnings } = define({ legacyUris: true })
    expect(app.uris).toEqual([tarball().location.uri])
    expect(app).not.toHaveProperty('fetch')
    expect(app.cmd).toBe('exec sh ./launch')
    expect(warnings).toEqual([])
  })

  test('that the fetcher would not unpack are warned of', () => {
    const report = listener()
    const uri = 'https://files.example.com/get?name=a.tgz&sign=x'
    defineApp(web, { ...image, tarballs: [tarball(uri)] }, appRequest({ legacyUris: true }), report)
    expect(report.warnings).toHaveLength(1)
  })
})

describe('configuration', () => {
  const config = { greeting: 'hello', server: { host: '::' } }

  test.each<[string, Partial<AppRequest>, unknown]>([
    ['the ports alone', {}, { server: { port: '$PORT_HTTP' } }],
    ['the file', { config }, { greeting: 'hello', server: { host: '::', port: '$PORT_HTTP' } }],
    [
      'the variable as TOML',
      { env: { HAB_MY_WEB: 'greeting = "yo"' } },
      { greeting: 'yo', server: { port: '$PORT_HTTP' } },
    ],
    [
      'the variable as JSON over the file',
      { config, env: { HAB_MY_WEB: '{"greeting": "yo", "server": {"tls": true}}' } },
      { greeting: 'yo', server: { host: '::', tls: true, port: '$PORT_HTTP' } },
    ],
  ])('%s', (_, request, expected) => {
    expect(variable(define(request).app)).toEqual(expected)
  })

  test('ports that a person names take the place of the exported ones', () => {
    const { app } = define({ ports: [{ name: 'admin', path: 'admin.port' }] })
    expect((app.portDefinitions as JsonObject[]).map(({ name }) => name)).toEqual([
      'admin',
      'gossip',
      'gateway',
      'ctl',
    ])
    expect(Object.values(app.env as JsonObject)).toContainEqual('{"admin":{"port":"$PORT_ADMIN"}}')
  })

  test('the port of Marathon takes precedence over the configuration, with a note of both', () => {
    const { app, notes } = define({ config: { server: { port: 9090n } } })
    expect(variable(app)).toEqual({ server: { port: '$PORT_HTTP' } })
    expect(notes).toContainEqual(expect.stringMatching(/server\.port to 9090.*\$PORT_HTTP/))
  })

  test('no variable if there is nothing to configure', () => {
    expect(define({}, service()).app.env).toEqual({})
  })

  test('without ports the configuration is still given', () => {
    expect(variable(define({ config }, service()).app)).toEqual(config)
  })

  test.each([
    [{ env: { HAB_MY_WEB: 'port: 1' } }, /^HAB_MY_WEB /],
    [{ config: { server: 'x' } }, /server/],
    [{ env: { HAB_MY_WEB: 'server = "x"' } }, /server/],
  ])('refuses %j', (request, message) => {
    expect(() => define(request)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  test('the prefix is passed to launch, and is not in the placeholders', () => {
    const { app } = define({ envVarsPrefix: 'MARATHON_' })
    expect(app.env).toEqual({
      HAB_MY_WEB: '{"server":{"port":"$PORT_HTTP"}}',
      MESOSIZE_ENV_VARS_PREFIX: 'MARATHON_',
    })
  })

  test('a port whose name clashes is renamed, also in the configuration, with a note', () => {
    const metadata = service({
      defaultConfig: 'gossip = 7000\nssl-port = 7001',
      exports: new Map([
        ['gossip', 'gossip'],
        ['ssl-port', 'ssl-port'],
      ]),
      exposes: [7000, 7001],
    })
    const { app, notes } = define({}, metadata)
    expect(variable(app)).toEqual({ gossip: '$PORT_GOSSIP2', 'ssl-port': '$PORT_SSLPORT' })
    expect((app.portDefinitions as JsonObject[]).map(port => port.name)).toEqual([
      'gossip2',
      'sslport',
      'gossip',
      'gateway',
      'ctl',
    ])
    expect(notes).toContainEqual(expect.stringMatching(/"gossip".*"gossip2".*PORT_GOSSIP2/))
    expect(notes).toContainEqual(expect.stringMatching(/"ssl-port".*"sslport".*PORT_SSLPORT/))
  })

  test('an export that is not called a port beside one that is keeps its number', () => {
    const database = service({
      defaultConfig: 'port = 3306\nserver_id = 1\n',
      exports: new Map([
        ['port', 'port'],
        ['server_id', 'server_id'],
      ]),
    })
    const { app, notes } = define({}, database)
    expect(variable(app)).toEqual({ port: '$PORT_PORT' })
    expect((app.portDefinitions as JsonObject[]).map(({ name }) => name)).toEqual([
      'port',
      'gossip',
      'gateway',
      'ctl',
    ])
    expect(notes).toContainEqual(expect.stringMatching(/^Export "server_id" .* no port .*server_id is 1/))
    expect(notes.join()).not.toContain('every number')
  })

  test('an export that is called a port but has no default leads to a note', () => {
    const balancer = service({
      defaultConfig: '[http]\n# port = 80\n',
      exports: new Map([['http-port', 'http.port']]),
    })
    const { app, notes } = define({}, balancer)
    expect(app.env).toEqual({})
    expect(notes).toContainEqual(
      expect.stringMatching(
        /^Export "http-port" .* no port .*neither default\.toml .* sets http\.port.*--port/,
      ),
    )
    const configured = define({ config: { http: { port: 80n } } }, balancer)
    expect(variable(configured.app)).toEqual({ http: { port: '$PORT_HTTPPORT' } })
    const named = define({ ports: [{ name: 'http-port' }] }, balancer)
    expect(variable(named.app)).toEqual({ http: { port: '$PORT_HTTPPORT' } })
  })

  describe('an address', () => {
    const agent = service({
      defaultConfig:
        '[service]\naddress = "127.0.0.1:8181"\nadmin = "10.0.0.5:8182"\nurl = "http://0.0.0.0:1/x"\n',
      exports: new Map([['address', 'service.address']]),
    })

    test('gets the port, and keeps its host', () => {
      const { app, notes } = define({}, agent)
      expect(variable(app)).toEqual({ service: { address: '127.0.0.1:$PORT_ADDRESS' } })
      expect((app.portDefinitions as JsonObject[])[0]).toEqual({ port: 0, name: 'address', protocol: 'tcp' })
      expect(notes.join()).not.toMatch(/address/)
    })

    test.each<[string, Partial<AppRequest>]>([
      ['a file', { config: { service: { address: '[::]:9000' } } }],
      ['a variable', { env: { HAB_MY_WEB: '{"service":{"address":"[::]:9000"}}' } }],
    ])('keeps the host that %s gives it, with a note about its port', (_, request) => {
      const { app, notes } = define(request, agent)
      expect(variable(app)).toEqual({ service: { address: '[::]:$PORT_ADDRESS' } })
      expect(notes).toContainEqual(
        expect.stringMatching(/service\.address to "\[::\]:9000".*\[::\]:\$PORT_ADDRESS, replaces/),
      )
    })

    test('is one that a person names, too', () => {
      const { app } = define({ ports: [{ name: 'admin', path: 'service.admin' }] }, agent)
      expect(variable(app)).toEqual({ service: { admin: '10.0.0.5:$PORT_ADMIN' } })
    })

    test('is nothing that holds more than an address', () => {
      expect(() => define({ ports: [{ name: 'web', path: 'service.url' }] }, agent)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('service.url') }),
      )
    })

    test('with the number of a port gets that port, and there is one port definition', () => {
      const metadata = service({
        defaultConfig: 'port = 8080\nlisten = "0.0.0.0:8080"\n',
        exports: new Map([
          ['http-port', 'port'],
          ['listen', 'listen'],
        ]),
        exposes: [8080],
      })
      const { app, notes } = define({}, metadata)
      expect(variable(app)).toEqual({ port: '$PORT_HTTPPORT', listen: '0.0.0.0:$PORT_HTTPPORT' })
      expect((app.portDefinitions as JsonObject[]).map(({ name }) => name)).toEqual([
        'httpport',
        'gossip',
        'gateway',
        'ctl',
      ])
      expect(notes).toContainEqual(expect.stringMatching(/^listen .*"http-port".*0\.0\.0\.0:\$PORT_HTTPPORT/))
    })
  })

  test('ports recognized only by their number lead to a note', () => {
    const metadata = service({
      defaultConfig: 'http = 8080\nworkers = 4\n',
      exports: new Map([
        ['http', 'http'],
        ['workers', 'workers'],
      ]),
    })
    expect(define({}, metadata).notes).toContainEqual(
      expect.stringMatching(/no pkg_exposes, .*every number .*: http \(8080\), workers \(4\)\./),
    )
  })

  test('exports without a port lead to a note', () => {
    const { notes } = define({}, { ...web, exposes: [8080, 9999] })
    expect(notes).toContainEqual(expect.stringMatching(/"workers".*does not expose/))
    expect(notes).toContainEqual(expect.stringMatching(/9999/))
  })
})

describe('health check', () => {
  test('asks for the group that the service is in', () => {
    expect(define({ group: 'pr-12' }).app.healthChecks).toMatchObject([
      { path: '/services/my-web/pr-12/health' },
    ])
  })

  test('only connects if the gateway requires a token, with a warning', () => {
    const { app, notes } = define({ env: { HAB_SUP_GATEWAY_AUTH_TOKEN: 's3cret' } })
    expect(app.healthChecks).toMatchObject([{ protocol: 'MESOS_TCP', portIndex: 2 }])
    expect((app.healthChecks as JsonObject[])[0]).not.toHaveProperty('path')
    expect(notes).toContainEqual(expect.stringContaining('HAB_SUP_GATEWAY_AUTH_TOKEN'))
    expect(notes.join()).not.toContain('s3cret')
  })

  test.each<[string, Partial<AppRequest>]>([
    ['a setting', { secrets: { HAB_SUP_GATEWAY_AUTH_TOKEN: 'gateway/token' } }],
    ['a patch', { patch: { env: { HAB_SUP_GATEWAY_AUTH_TOKEN: 'x' } } }],
  ])('only connects if %s gives the gateway a token', (_, request) => {
    expect(define(request).app.healthChecks).toMatchObject([{ protocol: 'MESOS_TCP', portIndex: 2 }])
  })

  test('asks for the service if a patch takes the token away', () => {
    const request = {
      env: { HAB_SUP_GATEWAY_AUTH_TOKEN: 'x' },
      patch: { env: { HAB_SUP_GATEWAY_AUTH_TOKEN: null } },
    }
    expect(define(request).app.healthChecks).toMatchObject([{ protocol: 'MESOS_HTTP', portIndex: 2 }])
  })

  test('that cannot reach a gateway elsewhere is warned of', () => {
    const env = { HAB_LISTEN_HTTP: '0.0.0.0:9631' }
    expect(define({ env }).warnings).toEqual([expect.stringMatching(/HAB_LISTEN_HTTP.*0\.0\.0\.0:9631/)])
    expect(define({ env, healthCheck: false }).warnings).toEqual([])
  })

  test('can be left out', () => {
    expect(define({ healthCheck: false }).app).not.toHaveProperty('healthChecks')
  })
})

describe('labels', () => {
  test('a package that no channel was asked for has no channel', () => {
    const app = defineApp(web, { ...image, found: { source: 'hart' } }, appRequest(), silent)
    expect(app.labels).toMatchObject({ 'mesosize.source': 'hart' })
    expect(app.labels).not.toHaveProperty(['mesosize.channel'])
  })

  test("a person's own have the last word", () => {
    expect(define({ labels: { 'mesosize.channel': 'x' } }).app.labels).toMatchObject({
      'mesosize.channel': 'x',
    })
  })
})

describe('a package for aarch64', () => {
  const arm = service({ target: 'aarch64-linux' })
  const note =
    'acme/my-web/1.0.0/20240102030405 runs only on aarch64 agents. If the cluster also has others, start the agents with an attribute such as arch:aarch64, and write --constraint arch:LIKE:aarch64.'

  test('has a label that says so, and a note of what keeps it on such agents', () => {
    const { app, notes } = define({}, arm)
    expect(app.labels).toMatchObject({ 'mesosize.target': 'aarch64-linux' })
    expect(notes).toContain(note)
  })

  test.each<Partial<AppRequest>>([
    { constraints: [['arch', 'LIKE', 'aarch64']] },
    { patch: { constraints: [['arch', 'IS', 'aarch64']] } },
  ])('needs no note with %j', request => {
    const { app, notes } = define(request, arm)
    expect(app.labels).toMatchObject({ 'mesosize.target': 'aarch64-linux' })
    expect(notes).not.toContain(note)
  })

  test.each(['x86_64-linux', 'x86_64-linux-kernel2'])('unlike one for %s', target => {
    const { app, notes } = define({}, service({ target }))
    expect(app.labels).not.toHaveProperty(['mesosize.target'])
    expect(notes.join()).not.toContain('agents')
  })
})

describe('patch', () => {
  test('comes last, adds and removes', () => {
    const patch = {
      id: '/other',
      healthChecks: null,
      constraints: [['hostname', 'UNIQUE']],
      labels: { a: 'b' },
    }
    const { app } = define({ id: '/shop', patch })
    expect(app).toMatchObject({ id: '/other', constraints: [['hostname', 'UNIQUE']], labels: { a: 'b' } })
    expect(app).not.toHaveProperty('healthChecks')
    expect(app.labels).toHaveProperty(['mesosize.sha256'])
  })

  test.each([
    ['a health check of no port in particular', { healthChecks: [{ protocol: 'HTTP', path: '/health' }] }],
    ['a constraint to one rack, whichever it is', { constraints: [['rack_id', 'CLUSTER']] }],
    ['a protocol in lower case', { healthChecks: [{ protocol: 'mesos_tcp' }] }],
  ])('takes what Marathon takes: %s', (_, patch) => {
    expect(define({ patch }).app).toMatchObject(patch)
  })

  test('names settings that cannot be combined with the generated fields', () => {
    expect(() => define({ patch: { ports: [8080] } })).toThrow(
      expect.objectContaining({
        code: 'APP_INVALID',
        message: expect.stringMatching(
          /would refuse.*\n {2}ports: cannot be combined with portDefinitions: remove it/,
        ),
      }),
    )
  })

  test('warns of fields that only some clusters accept', () => {
    const { app, warnings } = define({ patch: { gpus: 1 } })
    expect(app.gpus).toBe(1)
    expect(warnings).toEqual([expect.stringContaining('--enable_features gpu_resources')])
  })

  test('is checked with the rest', () => {
    expect(() => define({ patch: { cpus: -1, cmd: null } })).toThrow(
      expect.objectContaining({
        code: 'APP_INVALID',
        message: expect.stringMatching(/cpus: -1 .*\n {2}cmd: is missing/),
      }),
    )
  })
})

describe('before there are tarballs', () => {
  const check = (request: Partial<AppRequest>, isLayer = false) =>
    checkApp(web, [{ isLayer }], appRequest(request))

  test('nothing is wrong with what can be defined later', () => {
    for (const isLayer of [false, true]) expect(() => check({}, isLayer)).not.toThrow()
    expect(() => check({ legacyUris: true })).not.toThrow()
    expect(() => check({ patch: { fetch: [{ uri: 'https://files.example.com/other.tgz' }] } })).not.toThrow()
  })

  test.each<[string, Partial<AppRequest>, RegExp]>([
    ['a value', { cpus: -1 }, /cpus: -1 /],
    ['a patch', { patch: { instances: -1, cmd: null } }, /instances: -1 /],
    ['the configuration', { env: { HAB_MY_WEB: 'port = [' } }, /HAB_MY_WEB/],
    ['a patch beside fetch', { patch: { uris: ['https://a.test/x.tgz'] } }, /uris/],
    [
      'a patch beside uris',
      { legacyUris: true, patch: { fetch: [{ uri: 'https://a.test/x.tgz' }] } },
      /uris/,
    ],
  ])('%s is found wrong', (_, request, problem) => {
    for (const isLayer of [false, true]) expect(() => check(request, isLayer)).toThrow(problem)
  })
})
