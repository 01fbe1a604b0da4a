import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Command, parseCommandLine } from '../../src/cli/parse.ts'
import type { ExportRequest } from '../../src/export/request.ts'
import { UsageError } from '../../src/lib/errors.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { optionsOf } from '../../src/settings/setting.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { optionWording } from '../../src/settings/wording.ts'

/** What a command line asks for. */
async function parseCommand(...line: Parameters<typeof parseCommandLine>): Promise<Command> {
  const { command } = await parseCommandLine(...line)
  return command
}

const folder = await mkdtemp(join(tmpdir(), 'cli-'))
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  wordSettings(optionWording(EXPORT))
  await mkdir(at('artifacts'))
  await mkdir(at('root/hab/pkgs'), { recursive: true })
  await mkdir(at('folder.hart'))
  await writeFile(at('web.hart'), '')
  await writeFile(at('download'), '')
  await writeFile(at('app.toml'), 'port = 8080\n[tls]\non = true\n')
  await writeFile(at('broken.toml'), 'a = 1\nb = = 2\n')
  await writeFile(at('latin1.toml'), Buffer.from('name = "caf\xe9"\n', 'latin1'))
  await writeFile(at('deep.json'), `{"env": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)
  await writeFile(at('deep.toml'), `${'a.'.repeat(100_000)}a = 1`)
  await writeFile(at('patch.json'), '\ufeff{"acceptedResourceRoles": ["*"], "labels": null}')
  await writeFile(at('list.json'), '[1]')
  await writeFile(at('broken.json'), '{\n  "a": oops\x1b[2J\n}')
})
afterAll(() => rm(folder, { recursive: true }))

async function requestOf(args: readonly string[], env: Record<string, string> = {}): Promise<ExportRequest> {
  const command = await parseCommand(args, env)
  if (command.kind !== 'export') throw new Error(`the command is ${command.kind}`)
  return command.request
}

async function problemsOf(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<readonly string[]> {
  const error = await parseCommand(args, env).catch(thrown => thrown)
  expect(error).toBeInstanceOf(UsageError)
  const { problems } = error as UsageError
  expect(problems.filter(problem => /[\r\n]/.test(problem))).toEqual([])
  return problems
}

test('a package alone is asked for with the defaults that the help gives', async () => {
  expect(await requestOf(['core/redis'])).toEqual({
    packages: ['core/redis'],
    builder: { url: 'https://bldr.habitat.sh', channel: 'base' },
    base: { url: 'https://bldr.habitat.sh', channel: 'base' },
    artifacts: [],
    keys: [],
    target: 'x86_64-linux',
    maxPackageSize: 16 * 2 ** 30,
    outputDir: 'results',
    compressionLevel: 4,
    cache: { size: 4 * 2 ** 30 },
    app: {
      cpus: 0.5,
      mem: 256,
      disk: 0,
      instances: 1,
      env: {},
      labels: {},
      secrets: {},
      configSecrets: {},
      legacyUris: false,
      peers: [],
      group: 'default',
      binds: [],
      ports: [],
      network: { mode: 'host' },
      portLabels: [],
      servicePorts: [],
      constraints: [],
      acceptedRoles: [],
      fetch: [],
      volumes: [],
      healthCheck: true,
    },
  })
})

/** Words behind the package, and where in the request which value must be. */
const understood: readonly (readonly [args: readonly string[], path: string, value: unknown])[] = [
  [['--cpu=2'], 'app.cpus', 2],
  [['--cpu', '.5'], 'app.cpus', 0.5],
  [['--cpu', '0.25'], 'app.cpus', 0.25],
  [['--mem=512'], 'app.mem', 512],
  [['--mem', '512'], 'app.mem', 512],
  [['--mem', '1', '--mem', '2'], 'app.mem', 2],
  [['--mem', 'oops', '--mem', '2'], 'app.mem', 2],
  [['--disk=100'], 'app.disk', 100],
  [['--instances', '0'], 'app.instances', 0],
  [['--instances', '5000'], 'app.instances', 5000],
  [['--app-id', '/prod/redis'], 'app.id', '/prod/redis'],
  [['--env', 'A=1', '--env=B=x=y', '--env', 'C='], 'app.env', { A: '1', B: 'x=y', C: '' }],
  [['--label', 'team=data'], 'app.labels', { team: 'data' }],
  [['--secret', 'DB=db/password'], 'app.secrets', { DB: 'db/password' }],
  [['--config-secret', 'db.password=web/db'], 'app.configSecrets', { 'db.password': 'web/db' }],
  [['--config', at('app.toml')], 'app.config', { port: 8080n, tls: { on: true } }],
  [['--uri', 'https://files.example.com/a.tgz'], 'uri', 'https://files.example.com/a.tgz'],
  [['--uri-base', 'https://files.example.com/mesos'], 'uriBase', 'https://files.example.com/mesos'],
  [
    ['--port', 'http', '--port', 'admin=admin.port'],
    'app.ports',
    [{ name: 'http' }, { name: 'admin', path: 'admin.port' }],
  ],
  [['--fetch', 'file:///etc/docker.tar.gz'], 'app.fetch', ['file:///etc/docker.tar.gz']],
  [
    ['--volume', '/srv/my web:/hab/svc/web/data', '--volume=jre/bin:/opt/jre:ro'],
    'app.volumes',
    [
      { source: '/srv/my web', path: '/hab/svc/web/data', readOnly: false },
      { source: 'jre/bin', path: '/opt/jre', readOnly: true },
    ],
  ],
  [['--accepted-role', 'slave_public', '--accepted-role=*'], 'app.acceptedRoles', ['slave_public', '*']],
  [
    ['--upgrade', 'min=0.5,over=0.2'],
    'app.upgrade',
    { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 },
  ],
  [['--upgrade', 'over=0'], 'app.upgrade', { minimumHealthCapacity: 1, maximumOverCapacity: 0 }],
  [['--kill-grace-period', '1.5m'], 'app.killGracePeriod', 90_000],
  [['--network', 'host'], 'app.network', { mode: 'host' }],
  [['--network', 'bridge'], 'app.network', { mode: 'bridge' }],
  [['--network', 'container:dcos'], 'app.network', { mode: 'container', name: 'dcos' }],
  [
    ['--port-label', 'http:VIP_0=/web:80', '--port-label', 'gossip:a:b=c=d'],
    'app.portLabels',
    [
      { port: 'http', key: 'VIP_0', value: '/web:80' },
      { port: 'gossip', key: 'a:b', value: 'c=d' },
    ],
  ],
  [
    ['--service-port', 'http=10080', '--service-port=admin-port=65535'],
    'app.servicePorts',
    [
      { port: 'http', number: 10_080 },
      { port: 'admin-port', number: 65_535 },
    ],
  ],
  [['--uris'], 'app.legacyUris', true],
  [['--no-health-check'], 'app.healthCheck', false],
  [['--env-vars-prefix', 'MESOS_'], 'app.envVarsPrefix', 'MESOS_'],
  [
    ['--constraint', 'hostname:UNIQUE', '--constraint', 'rack:LIKE:a:[12]'],
    'app.constraints',
    [
      ['hostname', 'UNIQUE'],
      ['rack', 'LIKE', 'a:[12]'],
    ],
  ],
  [['--patch', at('patch.json')], 'app.patch', { acceptedResourceRoles: ['*'], labels: null }],
  [
    ['--peer', '10.0.0.1', '--peer', 'sup.example.com:9638'],
    'app.peers',
    ['10.0.0.1', 'sup.example.com:9638'],
  ],
  [['--group', 'prod'], 'app.group', 'prod'],
  [['--topology', 'leader'], 'app.topology', 'leader'],
  [['--strategy', 'none'], 'app.updates', undefined],
  [
    ['--strategy', 'at-once'],
    'app.updates',
    { strategy: 'at-once', from: { url: 'https://bldr.habitat.sh', channel: 'base' }, token: false },
  ],
  [
    ['--strategy=rolling', '-u', 'https://bldr.example.com/', '-c', 'acme', '--auth', 's3cret'],
    'app.updates',
    { strategy: 'rolling', from: { url: 'https://bldr.example.com', channel: 'acme' }, token: true },
  ],
  [['--bind', 'db:postgresql.prod'], 'app.binds', ['db:postgresql.prod']],
  [['--url', 'https://bldr.example.com/'], 'builder.url', 'https://bldr.example.com'],
  [['--url', 'http://localhost:9636/bldr//'], 'builder.url', 'http://localhost:9636/bldr'],
  [['-u', 'https://bldr.example.com'], 'builder.url', 'https://bldr.example.com'],
  [['-u', 'https://bldr.example.com'], 'base.url', 'https://bldr.example.com'],
  [['--channel', 'stable'], 'builder.channel', 'stable'],
  [['--channel', 'stable'], 'base.channel', 'base'],
  [['-cstable'], 'builder.channel', 'stable'],
  [['-c=stable'], 'builder.channel', 'stable'],
  [['--base-pkgs-url', 'https://hab.example.com'], 'base.url', 'https://hab.example.com'],
  [['--base-pkgs-url', 'https://hab.example.com'], 'builder.url', 'https://bldr.habitat.sh'],
  [['--base-pkgs-channel', 'LTS-2024'], 'base.channel', 'LTS-2024'],
  [['--auth', '_Qk9YLTEK+/='], 'token', '_Qk9YLTEK+/='],
  [['-z', 'abc'], 'token', 'abc'],
  [['--hab-pkg', 'core/hab/1.6.1243'], 'hab', 'core/hab/1.6.1243'],
  [['--launcher-pkg', 'chef/hab-launcher'], 'launcher', 'chef/hab-launcher'],
  [['--sup-pkg', at('web.hart')], 'supervisor', at('web.hart')],
  [['--artifacts', folder, '--artifacts', at('artifacts')], 'artifacts', [folder, at('artifacts')]],
  [['--keys', folder], 'keys', [folder]],
  [['--fs-root', at('root')], 'fsRoot', at('root')],
  [['--target', 'aarch64-linux'], 'target', 'aarch64-linux'],
  [['--target', 'x86_64-linux-kernel2'], 'target', 'x86_64-linux-kernel2'],
  [['--max-package-size', '123456'], 'maxPackageSize', 123456],
  [['--max-package-size', '500MB'], 'maxPackageSize', 500_000_000],
  [['--max-package-size', '4GiB'], 'maxPackageSize', 4_294_967_296],
  [['--max-package-size', '1.5 kib'], 'maxPackageSize', 1536],
  [['--output-dir', at('not/yet/there')], 'outputDir', at('not/yet/there')],
  [['--output-dir', folder], 'outputDir', folder],
  [['--sbom', at('not/yet/sbom.json')], 'sbom', at('not/yet/sbom.json')],
  [['--sbom', at('web.hart')], 'sbom', at('web.hart')],
  [['--layers'], 'layering', 'auto'],
  [['--layers=auto'], 'layering', 'auto'],
  [['--layers=package'], 'layering', 'package'],
  [['--layers', '--layers=package'], 'layering', 'package'],
  [['--layers=package', '--layers'], 'layering', 'auto'],
  [
    ['--layers', '--uri-base', 'https://files.example.com/layers'],
    'uriBase',
    'https://files.example.com/layers',
  ],
  [['--jobs', '3'], 'jobs', 3],
  [['--compression-level', '12'], 'compressionLevel', 12],
  [['--cache', at('layers')], 'cache.folder', at('layers')],
  [['--cache-size', '500MB'], 'cache.size', 500_000_000],
  [['--no-cache'], 'cache', undefined],
]

describe('each option reaches the request', () => {
  test.each(understood)('%j', async (args, path, value) => {
    expect(await requestOf(['core/redis', ...args])).toHaveProperty(path, value)
    expect(await requestOf([...args, '--', 'core/redis'])).toHaveProperty(path, value)
  })

  test('and none is left out of this table', () => {
    const seen = understood.flatMap(([args]) => args.map(arg => /^--([^=]+)/.exec(arg)?.[1]))
    const elsewhere = ['help', 'version', 'json', 'quiet', 'settings', ...seen]
    const untried = optionsOf(EXPORT).filter(({ option }) => !elsewhere.includes(option))
    expect(
      untried.map(({ option }) => option),
      'Add a line to the table "understood" above for each of these options',
    ).toEqual([])
  })
})

describe('the environment stands in for options', () => {
  test.each([
    ['HAB_BLDR_URL', 'https://bldr.example.com/', 'builder.url', 'https://bldr.example.com'],
    ['HAB_BLDR_URL', 'https://bldr.example.com/', 'base.url', 'https://bldr.example.com'],
    ['HAB_BLDR_URL', '', 'builder.url', 'https://bldr.habitat.sh'],
    ['HAB_BLDR_CHANNEL', 'stable', 'builder.channel', 'stable'],
    ['HAB_BLDR_CHANNEL', '', 'builder.channel', 'base'],
    ['HAB_AUTH_TOKEN', 'abc', 'token', 'abc'],
    ['HAB_AUTH_TOKEN', '', 'token', undefined],
    ['HAB_CACHE_KEY_PATH', folder, 'keys', [folder]],
    ['HAB_CACHE_KEY_PATH', at('not/yet/there'), 'keys', [at('not/yet/there')]],
    ['HAB_PACKAGE_TARGET', 'aarch64-linux', 'target', 'aarch64-linux'],
    ['HAB_PACKAGE_TARGET', '', 'target', 'x86_64-linux'],
  ])('%s=%s: %s is %j', async (variable, text, path, value) => {
    const request = await requestOf(['core/redis'], { [variable]: text })
    if (value === undefined) expect(request).not.toHaveProperty(path, expect.anything())
    else expect(request).toHaveProperty(path, value)
  })

  test('and the command line goes before it', async () => {
    const request = await requestOf(['core/redis', '-c', 'stable', '--keys', folder], {
      HAB_BLDR_CHANNEL: 'unstable',
      HAB_CACHE_KEY_PATH: '/elsewhere',
    })
    expect(request.builder.channel).toBe('stable')
    expect(request.keys).toEqual([folder])
  })
})

describe('packages', () => {
  test.each([
    [['core/redis', 'core/nginx/1.25.4'], {}, ['core/redis', 'core/nginx/1.25.4']],
    [['core/redis/7.2.4/20240102030405'], {}, ['core/redis/7.2.4/20240102030405']],
    [['redis'], { HAB_ORIGIN: 'acme' }, ['acme/redis']],
    [['core/redis'], { HAB_ORIGIN: 'acme' }, ['core/redis']],
    [[at('web.hart')], {}, [at('web.hart')]],
    [[at('download'), 'core/redis'], {}, [at('download'), 'core/redis']],
  ])('%j with %j', async (args, env, packages) => {
    expect((await requestOf(args, env)).packages).toEqual(packages)
  })

  test('a relative path becomes absolute, so that it cannot be taken for an identifier', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      expect((await requestOf(['web.hart'])).packages).toEqual([join(process.cwd(), 'web.hart')])
    } finally {
      process.chdir(before)
    }
  })
})

test.each([
  [['--help'], 'help'],
  [['-h'], 'help'],
  [['core/redis', '--nonsense', '--mem', '--help'], 'help'],
  [['--version'], 'version'],
  [['-V'], 'version'],
  [['-V', '-h'], 'help'],
])('%j asks for %s', async (args, kind) => {
  expect(await parseCommand(args, {})).toEqual({ kind })
})

test.each([
  [[], { quiet: false, command: { json: false } }],
  [['--json'], { quiet: false, command: { json: true } }],
  [['-q'], { quiet: true, command: { json: false } }],
  [['--quiet', '--json'], { quiet: true, command: { json: true } }],
])('%j is about what is printed', async (args, line) => {
  expect(await parseCommandLine(['core/redis', ...args], {})).toMatchObject(line)
})

test.each([[['--', '--help']], [['core/redis', '--', '-h']]])('%j does not ask for help', async args => {
  expect(await problemsOf(args)).toEqual([
    expect.stringMatching(/^"-.*(is neither a command nor|has no origin)/),
  ])
})

/** Words behind the package, and what the one problem must say. */
const refused: readonly (readonly [args: readonly string[], problem: RegExp])[] = [
  [['--cpus', '1'], /^--cpus: unknown option\. Did you mean --cpu\?$/],
  [['--memory=1'], /^--memory: unknown option\. Did you mean --mem\?$/],
  [['--chanel', 'base'], /^--chanel: .* Did you mean --channel\?$/],
  [['--lable=a=b'], /^--lable: .* Did you mean --label\?$/],
  [['--quux'], /^--quux: unknown option\.$/],
  [['-mem', '256'], /^-m: unknown option\. Did you mean --mem\?$/],
  [['-x'], /^-x: unknown option\.$/],
  [['--__proto__=1'], /^--__proto__: unknown option/],
  [['--mem'], /^--mem: needs a value\. Write --mem NUMBER/],
  [['--mem='], /^--mem: needs a value/],
  [['--mem', ''], /^--mem: needs a value/],
  [['--mem', '--cpu', '1'], /^--mem: needs a value/],
  [['--channel', '-u', 'https://bldr.example.com'], /^--channel: needs a value/],
  [['-z'], /^-z: needs a value\. Write --auth TOKEN/],
  [['--uris=true'], /^--uris: takes no value\. Write --uris alone/],
  [['--no-health-check=false'], /^--no-health-check: takes no value/],
  [['--cpu', 'many'], /^--cpu: "many" must be a number of CPUs, such as 0\.5\.$/],
  [['--cpu', '1e3'], /^--cpu: "1e3" must be a number/],
  [['--cpu', 'Infinity'], /^--cpu: "Infinity" must be a number/],
  [['--cpu', '0x10'], /^--cpu: "0x10" must be a number/],
  [['--mem', '256m'], /^--mem: "256m" must be a number of MiB, such as 256\.$/],
  [['--mem', ' 1'], /^--mem: " 1" must be a number/],
  [['--mem', '-1'], /^--mem: "-1" must be at least 0 MiB, such as 256\.$/],
  [['--mem=-1'], /^--mem: "-1" must be at least 0 MiB, such as 256\.$/],
  [['--disk', '-0.5'], /^--disk: "-0.5" must be at least 0 MiB/],
  [['--instances', '-1'], /^--instances: "-1" must be a /],
  [['--instances', '1.5'], /^--instances: "1.5" must be a /],
  [
    ['--instances', '5001'],
    /^--instances: "5001" is more than 5000 instances, .*: if you mean it, put them into --patch as \{"instances": 5001\}\.$/,
  ],
  [['--cpu', '0'], /^--cpu: "0" must be at least 0\.001 CPUs, such as 0\.5\.$/],
  [['--cpu', '-1'], /^--cpu: "-1" must be at least 0\.001 CPUs/],
  [['--app-id', 'My_App'], /^--app-id: "My_App" /],
  [['--env', 'NAME'], /^--env: "NAME" has no "="\. Write KEY=VALUE/],
  [['--env', '=x'], /^--env: the key "" /],
  [['--env', 'A=1', '--env', 'A=2'], /^--env: the key "A" is given twice/],
  [['--label', 'A'], /^--label: "A" has no "="/],
  [['--label', 'a=1', '--label', 'a=1'], /^--label: the key "a" is given twice/],
  [['--config', at('none.toml')], /^--config: ".*none\.toml" does not exist\. Name an existing file\.$/],
  [['--config', at('broken.toml')], /^--config: ".*broken\.toml" is not TOML: .* at line 2, column \d+\. /],
  [['--config', at('latin1.toml')], /^--config: ".*latin1\.toml" is not UTF-8/],
  [['--constraint', 'hostname'], /^--constraint: "hostname" is not a constraint\. Write one such as/],
  [['--patch', at('none.json')], /^--patch: ".*none\.json" does not exist\. Name an existing file\.$/],
  [['--patch', at('broken.json')], /^--patch: ".*broken\.json" is not valid JSON: [^\x1b\n]*\\x1b\[2J/],
  [['--patch', at('deep.json')], /^--patch: ".*deep\.json" .* it is nested more than 200 levels deep\./],
  [
    ['--config', at('deep.toml')],
    /^--config: ".*deep\.toml" is not TOML: it is nested more than 200 levels deep\./,
  ],
  [['--patch', at('list.json')], /^--patch: ".*list\.json" must hold a JSON object/],
  [['--patch', '/dev/zero'], /^--patch: "\/dev\/zero" cannot be read: it is larger than 16 MiB/],
  [['--patch', folder], /^--patch: ".*" cannot be read: EISDIR/],
  [['--uri', 'https://files.example.com/a b.tgz'], /^--uri: "https:.*a b\.tgz" /],
  [['--uri', 'htps://x/y.tgz'], /^--uri: "htps:\/\/x\/y\.tgz" has the scheme "htps", .*: write https\.$/],
  [['--uri', 'https://files.example.com'], /^--uri: .* must have a path after the host/],
  [['--uri', 'a.tgz'], /^--uri: "a\.tgz" must start with a scheme/],
  [['--uri-base', 'not-a-url'], /^--uri-base: "not-a-url" must start with a scheme/],
  [['--uri-base', 'httpx://files.example.com'], /^--uri-base: .* has the scheme "httpx"/],
  [
    ['--uri', 'https://files.example.com/a.tgz', '--uri-base', 'https://files.example.com'],
    /^--uri and --uri-base: only one/,
  ],
  [['--uri-base', 'https://files.example.com/?name='], /^--uri-base: .* has a "\?" or "#"/],
  [['--peer', 'a b'], /^--peer: "a b" /],
  [['--group', 'a b'], /^--group: "a b" /],
  [['--bind', 'db'], /^--bind: "db" /],
  [
    ['--port-label', 'http'],
    /^--port-label: "http" is not a label of a port\. Write NAME:KEY=VALUE, such as/,
  ],
  [['--port-label', 'VIP_0=/web:80'], /^--port-label: "VIP_0=\/web:80" is not a label of a port\./],
  [
    ['--network', 'container'],
    /^--network: "container" is not a network\. Write host, bridge, or container:NAME/,
  ],
  [['--network', 'container:'], /^--network: "container:": the name must be 1 to 63 lower-case/],
  [['--port', 'web', '--port', 'web=a.b'], /^--port: "web" is given twice\. Keep one of them\.$/],
  [['--service-port', 'web=1', '--service-port', 'web=2'], /^--service-port: "web" is given twice/],
  [['--port-label', 'web:A=1', '--port-label', 'web:A=2'], /^--port-label: "web:A" is given twice/],
  [['--volume', '/a:/x', '--volume', '/b:/x:ro'], /^--volume: "\/x" is given twice/],
  [['--bind', 'db:a.b', '--bind', 'db:a.c@d'], /^--bind: "db" is given twice/],
  [['--constraint', 'a:b'], /^--constraint: "a:b" must have one of UNIQUE, .* as its second member\.$/],
  [
    ['--constraint', 'a:LIKE:('],
    /^--constraint: "a:LIKE:\(" must have a regular expression that Java can read/,
  ],
  [
    ['--kill-grace-period', '9999999999s'],
    /^--kill-grace-period: "9999999999s" is more than 2147483647 seconds\. Write a shorter time, such as 5m\.$/,
  ],
  [['--secret', 'A'], /^--secret: "A" has no "="\. Write KEY=VALUE\.$/],
  [['--secret', 'A='], /^--secret: "A=" has nothing after the "="\. Write KEY=VALUE\.$/],
  [['--config-secret', 'a.b='], /^--config-secret: "a\.b=" has nothing after the "="\. Write KEY=VALUE\.$/],
  [['--secret', 'A=b', '--env', 'A='], /^--secret A=b: --env gives A a value already\. Keep one of them\.$/],
  [
    ['--config-secret', 'db.password=c', '--config-secret', 'db=d'],
    /^--config-secret db=d and --config-secret db\.password=c: one is inside the other\. Leave one out\.$/,
  ],
  [
    ['--env', `A=${'x'.repeat(131_070)}`],
    /^--env: "A" takes 131073 bytes with its name, but Linux allows 131072/,
  ],
  [
    ['--label', 'DCOS_MIGRATION_API_VERSION=v1', '--label', 'DCOS_MIGRATION_API_PATH=/v1'],
    /^--label: "DCOS_PACKAGE_FRAMEWORK_NAME" must be given with the label DCOS_MIGRATION_API_VERSION\.$/,
  ],
  [['--secret', 'A-B=x'], /^--secret: the key "A-B" must be letters/],
  [
    ['--config-secret', 'db..password=x'],
    /^--config-secret: the key "db\.\.password" must be a path in the config/,
  ],
  [['--fetch', 'https://files.example.com'], /^--fetch: "https:\/\/files\.example\.com" must have a path/],
  ...[
    '/srv',
    '/srv:data',
    '/:/data',
    ':/data',
    '/srv:/',
    '/srv:/a/',
    '/srv:/a:rw',
    '/srv:/a/../b',
    '../x:/a',
  ].map(text => [['--volume', text], /^--volume: ".*" is not a volume\. Write SOURCE:PATH or/] as const),
  [['--volume', '/srv:/proc/1'], /^--volume: "\/srv:\/proc\/1": a volume cannot be in \/proc/],
  ...['/hab', '/hab/pkgs', '/hab/pkgs/acme/web'].map(
    path =>
      [
        ['--volume', `/srv:${path}`],
        new RegExp(`^--volume: "/srv:${path}": a volume at ${path} would hide the packages of the image\\.`),
      ] as const,
  ),
  [['--accepted-role', 'a b'], /^--accepted-role: "a b" must be a Mesos role/],
  [['--upgrade', '0.5'], /^--upgrade: "0\.5" is not an upgrade strategy\. Write shares from 0 to 1/],
  [['--upgrade', 'min=1.5'], /^--upgrade: "min=1\.5" is not/],
  [['--upgrade', 'min=0,min=1'], /^--upgrade: "min=0,min=1" is not/],
  [['--upgrade', 'min=0,'], /^--upgrade: "min=0," is not/],
  [['--kill-grace-period', '30'], /^--kill-grace-period: "30" is not a time of at least one second/],
  [['--service-port', 'http'], /^--service-port: "http" is not a service port\. Write NAME=NUMBER with/],
  [['--service-port', 'http=0'], /^--service-port: "http=0" is not a service port\./],
  [['--service-port', 'http=65536'], /^--service-port: "http=65536" is not a service port\./],
  [['--env-vars-prefix', 'MY-'], /^--env-vars-prefix: "MY-" /],
  [['--topology', 'Leader'], /^--topology: "Leader" is not allowed\. Use standalone or leader\.$/],
  [['--strategy', 'fast'], /^--strategy: "fast" is not allowed\. Use none, at-once or rolling\.$/],
  [['--url', 'bldr.example.com'], /^--url: "bldr\.example\.com" is not an http or https URL/],
  [['-u', 'ftp://bldr.example.com'], /^-u: "ftp:\/\/bldr\.example\.com" is not an http or https URL/],
  [['--url', 'https://bldr.example.com/?a=1'], /^--url: .* must end before the "\?"/],
  [['--channel', 'a/b'], /^--channel: "a\/b" is not a channel/],
  [['--channel', '..'], /^--channel: "\.\." is not a channel/],
  [['--base-pkgs-channel', 'a b'], /^--base-pkgs-channel: "a b" is not a channel/],
  [['--hab-pkg', 'core'], /^--hab-pkg: "core" has no origin/],
  [['--sup-pkg', 'none.hart'], /^--sup-pkg: "none\.hart" does not exist/],
  [
    ['--launcher-pkg', 'Core/hab-launcher'],
    /^--launcher-pkg: "Core\/hab-launcher" is not a package identifier/,
  ],
  [['--artifacts', at('none')], /^--artifacts: ".*none" does not exist/],
  [['--artifacts', at('web.hart')], /^--artifacts: ".*web\.hart" is not a folder/],
  [['--keys', at('none')], /^--keys: ".*none" does not exist/],
  [['--fs-root', at('artifacts')], /^--fs-root: ".*artifacts" holds no hab\/pkgs/],
  [['--fs-root', at('root'), at('web.hart')], /^--fs-root: .*web\.hart" is a file/],
  [['--fs-root', at('root'), '--sup-pkg', at('web.hart')], /^--fs-root: .*web\.hart" is a file/],
  [['--target', 'x86_64-windows'], /^--target: "x86_64-windows" cannot run on Mesos agents.*x86_64-linux/],
  [
    ['--target', 'riscv64-linux'],
    /^--target: "riscv64-linux" is not a target that Habitat knows.*x86_64-linux/,
  ],
  [['--output-dir', at('web.hart')], /^--output-dir: ".*web\.hart" is not a folder/],
  [['--sbom', folder], /^--sbom: ".*" is a folder\. Name a file, such as ".*sbom\.cdx\.json"/],
  [['--sbom', 'new/'], /^--sbom: "new\/" is a folder/],
  [['--layers='], /^--layers: needs a value\. Write --layers=HOW, or --layers alone for auto\.$/],
  [['--layers=none'], /^--layers: "none" is not allowed\. Use auto or package\.$/],
  [['--layers=Package'], /^--layers: "Package" is not allowed\. Use auto or package\.$/],
  [['--layers', 'package'], /^--layers: takes its value after "="\. Write --layers=package\.$/],
  [['--layers', 'auto'], /^--layers: takes its value after "="\. Write --layers=auto\.$/],
  [['--layers', 'none'], /^"none" has no origin/],
  [['--layer'], /^--layer: unknown option\. Did you mean --layers\?$/],
  [['--no-layers'], /^--no-layers: unknown option/],
  [['--layers', '--uri', 'https://files.example.com/a.tgz'], /^--uri and --layers: .* Use --uri-base /],
  [['--layers=package', '--uris'], /^--uris and --layers: .* Leave one of the two out\.$/],
  [['--publish', 'http'], /^--publish: is an input of the action, but not an option\. Leave it out\.$/],
  [['--github-token=hunter2'], /^--github-token: is an input of the action, but not an option/],
  [['--jobs', '0'], /^--jobs: "0" /],
  [['--jobs', '2.5'], /^--jobs: "2\.5" /],
  [['--compression-level', '13'], /^--compression-level: "13" /],
  [['--cache', at('web.hart')], /^--cache: ".*web\.hart" is not a folder/],
  [['--cache', at('layers'), '--no-cache'], /^--cache and --no-cache: only one/],
  [['--cache-size', '0'], /^--cache-size: "0" is not a size/],
  [['--cache-size', 'much'], /^--cache-size: "much" is not a size/],
  [['--max-package-size', '0'], /^--max-package-size: "0" is not a size/],
  [['--max-package-size', '-5'], /^--max-package-size: "-5" is not a size/],
  [['--max-package-size', '4 parsecs'], /^--max-package-size: "4 parsecs" is not a size/],
  [['--max-package-size', '0.4B'], /^--max-package-size: "0\.4B" is not a size/],
  [['none.hart'], /^"none\.hart" does not exist/],
  [[at('folder.hart')], /^".*folder\.hart" is not a file/],
  [['nginx'], /^"nginx" has no origin\. Write origin\/name, such as core\/redis, or set HAB_ORIGIN/],
  [[''], /^"" has no origin/],
  [['a/b/c/d'], /^"a\/b\/c\/d" is not a package identifier: the release/],
]

describe('one mistake is one problem of one line', () => {
  test.each(refused)('%j', async (args, problem) => {
    expect(await problemsOf(['core/redis', ...args])).toEqual([expect.stringMatching(problem)])
  })

  test.each([
    [{ HAB_BLDR_URL: 'bldr' }, /^HAB_BLDR_URL: "bldr" is not an http or https URL/],
    [{ HAB_BLDR_CHANNEL: 'a b' }, /^HAB_BLDR_CHANNEL: "a b" is not a channel/],
    [{ HAB_PACKAGE_TARGET: 'x86_64-windows' }, /^HAB_PACKAGE_TARGET: "x86_64-windows" cannot run/],
    [{ HAB_CACHE_KEY_PATH: at('web.hart') }, /^HAB_CACHE_KEY_PATH: ".*" is not a folder/],
  ])('in the environment: %j', async (env, problem) => {
    expect(await problemsOf(['core/redis'], env)).toEqual([expect.stringMatching(problem)])
  })

  test.each([[[]], [['--mem', '5']]])('no package: %j', async args => {
    expect(await problemsOf(args)).toEqual([expect.stringMatching(/^PKG_IDENT: no package given\./)])
  })

  test('a terminal cannot be driven through a value', async () => {
    const [problem] = await problemsOf(['core/redis', '--group', 'a\u009b2J\u202e\n', '--\u001b[2J'])
    expect(problem).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })
})

describe('a package may stand behind --layers', () => {
  test.each([
    [['--layers', 'core/redis'], {}, ['core/redis']],
    [['--layers', 'redis'], { HAB_ORIGIN: 'acme' }, ['acme/redis']],
    [['--layers', '--', 'package'], { HAB_ORIGIN: 'acme' }, ['acme/package']],
    [['--layers', 'core/redis', 'package'], { HAB_ORIGIN: 'acme' }, ['core/redis', 'acme/package']],
    [['--layers=auto', 'package'], { HAB_ORIGIN: 'acme' }, ['acme/package']],
  ])('%j with %j', async (args, env, packages) => {
    expect(await requestOf(args, env)).toMatchObject({ packages, layering: 'auto' })
  })

  test('but not one that looks like its value', async () => {
    expect(await problemsOf(['--layers', 'package'], { HAB_ORIGIN: 'acme' })).toEqual([
      expect.stringMatching(/^--layers: takes its value after "="/),
      expect.stringMatching(/^PKG_IDENT: no package given/),
    ])
  })
})

test.each([
  ['a package behind an option that does not exist', ['--verbose', 'core/redis']],
  ['a value behind one', ['core/redis', '--verbose', '1']],
])('%s does not add a second problem', async (_, args) => {
  expect(await problemsOf(args)).toEqual([expect.stringMatching(/^--verbose: /)])
})

test('all problems are reported at once', async () => {
  const args = [
    '--cpus',
    '1',
    '--mem',
    '-1',
    '--disk',
    '--topology',
    'ring',
    '--channel=a/b',
    'redis',
    'none.hart',
  ]
  expect(await problemsOf(args)).toEqual([
    expect.stringMatching(/^--cpus: /),
    expect.stringMatching(/^--disk: needs a value/),
    expect.stringMatching(/^"redis" has no origin/),
    expect.stringMatching(/^"none\.hart" does not exist/),
    expect.stringMatching(/^--channel: /),
    expect.stringMatching(/^--mem: /),
    expect.stringMatching(/^--topology: /),
  ])
})

describe('no secret is in a problem', () => {
  test.each([
    [['--auth', 'hunter2 '], {}],
    [['-z', 'hunter2\n'], {}],
    [[], { HAB_AUTH_TOKEN: 'hunter2\r\n' }],
    [['--token', 'hunter2'], {}],
    [['--token=hunter2'], {}],
    [['-Zhunter2'], {}],
    [['--url', 'https://me:hunter2@bldr.example.com'], {}],
    [['--uri', 'https://me:hunter2@files.example.com/a b'], {}],
    [['--env', 'A=hunter2', '--env', 'A=hunter2'], {}],
  ])('%j %j', async (args, env) => {
    expect((await problemsOf(['core/redis', ...args], env)).join('\n')).not.toContain('hunter2')
  })
})
