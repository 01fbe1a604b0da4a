import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readExportAction } from '../../../src/actions/export/request.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { inputsOf as rowsOf } from '../../../src/settings/setting.ts'
import { SettingValues } from '../../../src/settings/setting-values.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { ACTION } from '../../e2e/run-action.ts'
import { originKey } from '../../testkit/origin-key.ts'

const KEY = originKey('acme').secretKeyText

let folder: string

beforeEach(async () => {
  wordSettings(inputWording(EXPORT))
  folder = await mkdtemp(join(tmpdir(), 'export-request-'))
  await mkdir(join(folder, 'plan'))
  await writeFile(join(folder, 'plan/plan.sh'), 'pkg_name=web\npkg_origin=acme\n')
  await writeFile(join(folder, 'a web.hart'), 'HART-1\n')
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
  vi.spyOn(process, 'arch', 'get').mockReturnValue('x64')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** What is read of inputs among the defaults of action.yml. */
async function read(given: Record<string, string>, env: Record<string, string> = {}) {
  const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ''])
  const texts = { ...Object.fromEntries(defaults), ...given }
  const variables = Object.entries(texts).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const inputs = new Inputs(EXPORT, Object.fromEntries(variables))
  const values = new SettingValues(inputs, env, inputs.origin)
  const action = await readExportAction(values)
  return { action, problems: [...values.problems] }
}

describe('what a workflow asks for', () => {
  test('is little more than a package', async () => {
    const { action, problems } = await read({ package: 'core/redis' })
    expect(problems).toEqual([])
    expect(action).toMatchObject({
      plan: undefined,
      hab: {
        version: 'latest',
        channel: 'stable',
        mirror: 'https://packages.chef.io',
        builder: 'https://bldr.habitat.sh',
        acceptLicense: false,
      },
      publish: { to: 'none' },
      uriTemplate: undefined,
      checksumFile: false,
      summary: true,
      request: {
        packages: ['core/redis'],
        builder: { url: 'https://bldr.habitat.sh', channel: 'base' },
        base: { url: 'https://bldr.habitat.sh', channel: 'base' },
        target: 'x86_64-linux',
        outputDir: 'results',
        app: {
          cpus: 0.5,
          mem: 256,
          disk: 0,
          instances: 1,
          group: 'default',
          healthCheck: true,
          legacyUris: false,
        },
      },
    })
  })

  test('may be all that the command line offers', async () => {
    await writeFile(join(folder, 'user.toml'), 'port = 1\n')
    await writeFile(join(folder, 'patch.json'), '{"acceptedResourceRoles": ["*"]}')
    const { action, problems } = await read({
      package: 'core/redis\ncore/curl/8.0',
      origin: 'acme',
      cpus: '.25',
      mem: '1024',
      disk: '10',
      instances: '3',
      'app-id': '/shop/redis',
      env: '{"GREETING": "two\\nlines, $HOME and \\"quotes\\""}',
      labels: 'a=b=c\nwith space=x',
      config: join(folder, 'user.toml'),
      ports: 'port\nhttp=server.port',
      'health-check': 'false',
      peer: 'a.example\nb.example:9638',
      group: 'blue',
      topology: 'leader',
      strategy: 'rolling',
      bind: 'db:pg.default\ncache:redis.blue',
      uris: 'true',
      'env-vars-prefix': 'M_',
      patch: join(folder, 'patch.json'),
      'uri-base': 'https://files.example/a',
      'checksum-file': 'true',
      summary: 'false',
    })
    expect(problems).toEqual([])
    expect(action).toMatchObject({ checksumFile: true, summary: false })
    expect(action.request).toMatchObject({
      packages: ['core/redis', 'core/curl/8.0'],
      uriBase: 'https://files.example/a',
      app: {
        id: '/shop/redis',
        cpus: 0.25,
        mem: 1024,
        disk: 10,
        instances: 3,
        env: { GREETING: 'two\nlines, $HOME and "quotes"' },
        labels: { a: 'b=c', 'with space': 'x' },
        config: { port: 1n },
        ports: [{ name: 'port' }, { name: 'http', path: 'server.port' }],
        healthCheck: false,
        peers: ['a.example', 'b.example:9638'],
        group: 'blue',
        topology: 'leader',
        updates: { strategy: 'rolling' },
        binds: ['db:pg.default', 'cache:redis.blue'],
        legacyUris: true,
        envVarsPrefix: 'M_',
        patch: { acceptedResourceRoles: ['*'] },
      },
    })
  })

  test('has the origin of the input, and not of the environment', async () => {
    expect((await read({ package: 'redis', origin: 'acme' })).action.request.packages).toEqual(['acme/redis'])
    const { problems } = await read({ package: 'redis' }, { HAB_ORIGIN: 'acme' })
    expect(problems).toEqual([
      'package: "redis" has no origin. Write origin/name, such as core/redis, or set origin.',
    ])
  })

  test('may be a hart, by its path', async () => {
    const path = join(folder, 'a web.hart')
    expect((await read({ package: path })).action.request.packages).toEqual([path])
  })

  test('may be a plan with its key', async () => {
    const { action, problems } = await read({ plan: 'plan', 'origin-key': KEY, origin: 'acme' })
    expect(problems).toEqual([])
    expect(action.plan).toEqual({ folder: 'plan', originKey: KEY.trim(), origin: 'acme' })
    expect(action.request.packages).toEqual([])
  })

  test('has no hab if it is not to be used, on any runner', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    const { action, problems } = await read({
      package: 'core/redis',
      'use-hab': 'false',
      target: 'aarch64-linux',
    })
    expect(problems).toEqual([])
    expect(action.hab).toBeUndefined()
  })

  test('takes the token from the variable that hab knows', async () => {
    expect((await read({ package: 'core/redis' }, { HAB_AUTH_TOKEN: 'tok' })).action.request.token).toBe(
      'tok',
    )
  })
})

describe('mistakes', () => {
  test.each<[string, Record<string, string>, RegExp[]]>([
    [
      'neither',
      {},
      [/^package: neither package nor plan is given\. Write package: core\/redis, or plan: \.\.$/],
    ],
    ['both', { package: 'a/b', plan: 'plan', 'origin-key': KEY }, [/^plan: a package is given too/]],
    [
      'no key',
      { plan: 'plan' },
      [/^origin-key: .*forks get no secrets\. Write origin-key: \$\{\{ secrets\./],
    ],
    ['no plan there', { plan: 'no such', 'origin-key': KEY }, [/^The plan folder "no such" does not exist/]],
    ['no plan in it', { plan: '.', 'origin-key': KEY }, [/^The plan folder "\." has neither plan\.sh nor/]],
    [
      'a key that is none, and no plan',
      { plan: 'x"$\n y', 'origin-key': KEY.replace('SIG-SEC-1', 'SIG-PUB-1') },
      [
        /^origin-key: is not a secret origin key: it is the public half/,
        /^The plan folder "x\\"\$\\n y" does not/,
      ],
    ],
    [
      'a plan without hab',
      { plan: 'plan', 'origin-key': KEY, 'use-hab': 'false' },
      [/^use-hab: a plan is built by hab/],
    ],
    [
      'folders of harts with hab',
      { package: 'a/b', artifacts: '.' },
      [/^artifacts: hab does not look there\. Write use-hab: false/],
    ],
    [
      'another target than the runner',
      { package: 'a/b', target: 'aarch64-linux' },
      [
        /^target: hab .* x86_64-linux, and not for aarch64-linux\. Write target: x86_64-linux, or use-hab: false\.$/,
      ],
    ],
    [
      'two URIs',
      { package: 'a/b', 'uri-base': 'https://a.example', 'uri-template': 'https://b.example/{file}' },
      [/^uri-base, uri-template: only one can be/],
    ],
    [
      'two other URIs',
      { package: 'a/b', 'uri-base': 'https://a.example', uri: 'https://b.example/x' },
      [/^uri and uri-base: only one can be given\. Use uri for/],
    ],
    ['layers', { package: 'a/b', layers: 'all' }, [/^layers: "all" .*auto.*package/]],
    [
      'layers in an artifact',
      { package: 'a/b', layers: 'auto', publish: 'artifact' },
      [
        /^publish: an artifact holds one file.*publish: none, and give the folder .* actions\/upload-artifact\.$/,
      ],
    ],
    [
      'layers on a release of this export',
      { package: 'a/b', layers: 'auto', publish: 'release', 'release-tag': 'v1', draft: 'true' },
      [
        /^release-tag: layers go to the release mesosize-layers/,
        /^draft: .*agents cannot fetch from a draft/,
      ],
    ],
    [
      'layers on a release by number',
      { package: 'a/b', layers: 'package', publish: 'release', 'release-id': '5' },
      [/^release-id: layers go to the release mesosize-layers/],
    ],
    [
      'layers of a preview on another release, which is told once',
      { package: 'a/b', layers: 'auto', publish: 'release', preview: 'true', 'release-tag': 'v1' },
      [/^release-tag: a preview is/],
    ],
    [
      'layers with checksums',
      { package: 'a/b', layers: 'auto', 'checksum-file': 'true' },
      [/^checksum-file: the name of each layer is its SHA-256 already/],
    ],
    [
      'layers with one URI, or the old field',
      { package: 'a/b', layers: 'auto', uri: 'https://a.example/x', uris: 'true' },
      [/^uri and layers: layers are several files/, /^uris and layers: /],
    ],
    ['an empty hart', { package: 'no such.hart' }, [/^package: "no such\.hart" does not exist/]],
    ['a hart that is a folder', { package: 'plan' }, [/has no origin/]],
    [
      'a token with a line end inside',
      { package: 'a/b', 'builder-token': 'sec\nret' },
      [/^builder-token: the token has white space/],
    ],
    ['an id', { package: 'a/b', 'app-id': 'No$ "id"\n' }, [/^app-id: "No\$ \\"id\\"" must be names/]],
    ['a key', { package: 'a/b', env: '1A=x' }, [/^env: the key "1A" must be/]],
    ['a pair', { package: 'a/b', labels: 'novalue' }, [/^labels: "novalue" has no "="/]],
  ])('%s', async (_, given, expected) => {
    const { problems } = await read(given)
    expect(problems.join('\n')).not.toContain(KEY.split('\n')[3])
    expect(problems).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
  })

  test.each(
    rowsOf(EXPORT)
      .filter(
        ({ option }) =>
          // The project file is read before all other settings.
          option !== undefined && !/^marathon|^dcos-token$|^settings$/.test(option),
      )
      .map(({ input }) => input),
  )(
    'in %s: spaces, quotes, "$" and newlines are reported with its name, or accepted as they are',
    async name => {
      const text = `a "b" '$c\` {d}\n\n ; e \u0007\u202e ü`
      const { problems } = await read({ package: 'core/redis', 'use-hab': 'false', [name]: text })
      for (const problem of problems) {
        expect(problem.startsWith(`${name}: `), problem).toBe(true)
      }
      // A folder or a new file may have any name.
      expect(problems.length > 0).toBe(!['output-dir', 'sbom'].includes(name))
    },
  )

  test('are reported all at once', async () => {
    const { problems } = await read({
      'use-hab': 'maybe',
      cpus: 'lots',
      mem: '-1',
      instances: '1.5',
      'app-id': 'UPPER',
      env: '{',
      channel: 'a b',
      'builder-url': 'ftp://x',
      config: 'none.toml',
      patch: 'none.json',
      topology: 'ring',
      target: 'x86_64-windows',
      'max-package-size': 'big',
      uri: 'http://',
      publish: 'ftp',
      'checksum-file': 'si',
    })
    const named = problems.map(problem => problem.split(':')[0])
    expect([...new Set(named)].sort()).toEqual(
      [
        ...['app-id', 'builder-url', 'channel', 'checksum-file', 'config', 'cpus', 'env', 'instances'],
        ...['max-package-size', 'mem', 'package', 'patch', 'publish', 'target', 'topology', 'uri', 'use-hab'],
      ].sort(),
    )
  })

  test('about hab are reported with the others', async () => {
    const { problems } = await read({
      package: 'a/b',
      cpus: 'lots',
      'hab-version': 'newest',
      'hab-channel': '../x',
      'hab-mirror': 'htps://me:hunter2@mirror.test',
    })
    expect(problems).toEqual([
      expect.stringMatching(/^cpus: /),
      expect.stringMatching(/^hab-version: "newest" is neither a version nor a range/),
      expect.stringMatching(/^hab-channel: "\.\.\/x" must be letters/),
      expect.stringMatching(/^hab-mirror: "mirror\.test" must be a URL/),
    ])
  })

  test.each([
    ['uri', 'htps://x/y.tgz', 'has the scheme "htps"'],
    ['uri-base', 'not-a-url', 'must start with a scheme'],
  ])('include a URI that is not one: %s: %s', async (name, text, words) => {
    const { problems } = await read({ package: 'a/b', [name]: text })
    expect(problems).toEqual([expect.stringContaining(`${name}: ${JSON.stringify(text)} ${words}`)])
  })

  test('include the proxies of the environment', async () => {
    const { problems } = await read({ package: 'a/b', cpus: 'lots' }, { https_proxy: 'proxy:3128' })
    expect(problems.map(problem => problem.split(':')[0])).toEqual(['https_proxy', 'cpus'])
  })

  test('are not the runner’s alone: hab is not for each', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
    const { problems } = await read({ package: 'a/b' })
    expect(problems).toEqual([expect.stringMatching(/^hab is installed on Linux runners .*use-hab: false/)])
  })
})
