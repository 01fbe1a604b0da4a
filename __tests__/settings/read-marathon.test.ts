import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { type Command, parseCommandLine } from '../../src/cli/parse.ts'
import { UsageError } from '../../src/lib/errors.ts'

/** What a command line asks for. */
async function parseCommand(...line: Parameters<typeof parseCommandLine>): Promise<Command> {
  const { command } = await parseCommandLine(...line)
  return command
}

const folder = await mkdtemp(join(tmpdir(), 'cli-marathon-'))
const at = (name: string) => join(folder, name)

const APP = {
  id: 'web/shop',
  cmd: 'sleep 1000',
  cpus: 0.1,
  mem: 32,
  fetch: [{ uri: 'https://files.example.com/a.tgz' }],
}
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = JSON.stringify({
  uid: 'deployer',
  scheme: 'RS256',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  login_endpoint: 'https://leader.mesos/acs/api/v1/auth/login',
})

const files: Record<string, string> = {
  'app.json': JSON.stringify(APP),
  'broken.json': '{"id": "/x",',
  'list.json': '[]',
  'group.json': '{"id": "/x", "apps": []}',
  'answer.json': JSON.stringify({ app: APP }),
  'upper.json': JSON.stringify({ ...APP, id: '/Web/Shop', cpus: -1 }),
  'many.json': JSON.stringify({ ...APP, instances: 50_000 }),
  'file.json': JSON.stringify({ ...APP, fetch: [{ uri: 'file:///results/a.tgz' }] }),
  'secret.json': SECRET,
  'key.pem': 'hunter2',
  'ca.pem': 'hunter2',
}

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text)
})
afterAll(() => rm(folder, { recursive: true }))

const MARATHON = ['--marathon', 'https://cluster.example.com/service/marathon/']

async function problemsOf(args: readonly string[], env = {}): Promise<readonly string[]> {
  const error = await parseCommand(args, env).catch(thrown => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as UsageError).problems
}

const access = {
  urls: [new URL('https://cluster.example.com/service/marathon')],
  credentials: { kind: 'none' },
}

describe('what a command asks for, with its defaults', () => {
  test('deploy', async () => {
    expect(await parseCommand(['deploy', at('app.json'), ...MARATHON], {})).toEqual({
      kind: 'deploy',
      request: {
        access,
        app: { ...APP, id: '/web/shop' },
        options: {
          force: false,
          timeout: 900_000,
          failFast: 3,
          rollback: true,
          allowUnfetchableUri: false,
          allowManyInstances: false,
        },
        dryRun: false,
        json: false,
      },
    })
  })

  test('deploy with an app definition from standard input', async () => {
    const stdin = Readable.from([Buffer.from(JSON.stringify(APP))])
    const command = await parseCommand(['deploy', '-', ...MARATHON], {}, () => stdin)
    expect(command).toHaveProperty('request.app.id', '/web/shop')
  })

  test('remove', async () => {
    expect(await parseCommand(['remove', '/web/shop', ...MARATHON], {})).toEqual({
      kind: 'remove',
      request: { access, appId: '/web/shop', force: false, timeout: 900_000, json: false },
    })
  })

  test('status', async () => {
    expect(await parseCommand(['status', 'web/shop', ...MARATHON], {})).toEqual({
      kind: 'status',
      request: { access, appId: '/web/shop', json: false },
    })
  })

  test('logs', async () => {
    expect(await parseCommand(['logs', '/web/shop', ...MARATHON], {})).toEqual({
      kind: 'logs',
      request: { access, appId: '/web/shop', streams: ['stdout', 'stderr'], lines: 50, follow: false },
    })
  })

  test('export, with the word or without', async () => {
    const without = await parseCommand(['core/redis'], {})
    expect(await parseCommand(['export', 'core/redis'], {})).toEqual(without)
    expect(without.kind).toBe('export')
  })
})

/** A command line, and where in the request which value must be. */
const understood: readonly (readonly [line: readonly string[], path: string, value: unknown])[] = [
  [['deploy', at('app.json'), '--dry-run'], 'dryRun', true],
  [['deploy', at('app.json'), '--force'], 'options.force', true],
  [['deploy', at('app.json'), '--timeout', '90s'], 'options.timeout', 90_000],
  [['deploy', at('app.json'), '--timeout=1.5h'], 'options.timeout', 5_400_000],
  [['deploy', at('app.json'), '--fail-fast', '0'], 'options.failFast', 0],
  [['deploy', at('app.json'), '--no-rollback'], 'options.rollback', false],
  [['deploy', at('file.json'), '--allow-unfetchable-uri'], 'options.allowUnfetchableUri', true],
  [['deploy', at('many.json'), '--allow-many-instances'], 'options.allowManyInstances', true],
  [['deploy', at('app.json'), '--json'], 'json', true],
  [['remove', '/web/shop', '--force'], 'force', true],
  [['remove', '/web/shop', '--timeout', '5m'], 'timeout', 300_000],
  [['remove', '/web/shop', '--json'], 'json', true],
  [['status', '/web/shop', '--json'], 'json', true],
  [['logs', '/web/shop', '--follow'], 'follow', true],
  [['logs', '/web/shop', '-f'], 'follow', true],
  [['logs', '/web/shop', '--stderr'], 'streams', ['stderr']],
  [['logs', '/web/shop', '--stdout'], 'streams', ['stdout']],
  [['logs', '/web/shop', '--stdout', '--stderr'], 'streams', ['stdout', 'stderr']],
  [['logs', '/web/shop', '--instance', '2'], 'instance', 2],
  [['logs', '/web/shop', '-n', '0'], 'lines', 0],
  [['logs', '/web/shop', '--lines=1000'], 'lines', 1000],
]

describe('each option reaches the request', () => {
  test.each(understood)('%j', async ([command, ...words], path, value) => {
    expect(await parseCommand([command!, ...words, ...MARATHON], {})).toHaveProperty(`request.${path}`, value)
    expect(await parseCommand([command!, ...MARATHON, ...words], {})).toHaveProperty(`request.${path}`, value)
  })
})

const basic = (text: string) => ({
  kind: 'basic',
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})
const account = { kind: 'dcos-service-account', account: expect.objectContaining({ uid: 'deployer' }) }

describe('the address of Marathon and the credentials', () => {
  test.each<[what: string, words: string[], env: Record<string, string>, access: object]>([
    [
      'a URL of the environment',
      [],
      { MARATHON_URL: 'http://m1:8080' },
      { urls: [new URL('http://m1:8080')] },
    ],
    [
      'several masters',
      ['--marathon', 'http://m1:8080,http://m2:8080'],
      {},
      { urls: [new URL('http://m1:8080'), new URL('http://m2:8080')] },
    ],
    [
      'the command line before the environment',
      MARATHON,
      { MARATHON_URL: 'http://m1:8080' },
      { urls: access.urls },
    ],
    ['a user in the URL', ['--marathon', 'https://u:p@m1'], {}, { credentials: basic('u:p') }],
    [
      'a user of the environment',
      MARATHON,
      { MARATHON_USER: 'u', MARATHON_PASSWORD: 'p' },
      { credentials: basic('u:p') },
    ],
    [
      'a user of the command line, a password of the environment',
      [...MARATHON, '--marathon-user', 'u'],
      { MARATHON_PASSWORD: 'p' },
      { credentials: basic('u:p') },
    ],
    [
      'a token',
      MARATHON,
      { DCOS_TOKEN: 'abc.def' },
      { credentials: { kind: 'dcos-token', token: 'abc.def' } },
    ],
    ['a service account', MARATHON, { DCOS_SERVICE_ACCOUNT: SECRET }, { credentials: account }],
    [
      "a service account's file",
      MARATHON,
      { DCOS_SERVICE_ACCOUNT: at('secret.json') },
      { credentials: account },
    ],
    [
      "a service account's file as option",
      [...MARATHON, '--dcos-service-account', at('secret.json')],
      {},
      { credentials: account },
    ],
    [
      'a user of DC/OS',
      MARATHON,
      { DCOS_USER: 'u', DCOS_PASSWORD: 'p' },
      { credentials: { kind: 'dcos-user', uid: 'u', password: 'p' } },
    ],
    [
      'nobody, by empty variables',
      MARATHON,
      { MARATHON_USER: '', DCOS_TOKEN: '' },
      { credentials: { kind: 'none' } },
    ],
  ])('%s', async (_, words, env, expected) => {
    const command = await parseCommand(['status', '/web/shop', ...words], env)
    expect(command).toMatchObject({ request: { access: expected } })
  })
})

/** A command line, its environment, and what the one problem must say. */
const refused: readonly (readonly [
  line: readonly string[],
  problem: RegExp,
  env?: Record<string, string>,
])[] = [
  [['status', '/web/shop'], /^--marathon: no Marathon address given\. .*MARATHON_URL/],
  [
    ['status', '/web/shop', '--marathon', 'marathon'],
    /^--marathon: "marathon" is not an http or https URL\./,
  ],
  [
    ['status', '/web/shop', '--marathon', 'ftp://m'],
    /^--marathon: "ftp:\/\/m" is not an http or https URL\./,
  ],
  [['status', '/web/shop'], /^MARATHON_URL: "m" is not an http or https URL\./, { MARATHON_URL: 'm' }],
  [['status', ...MARATHON], /^APP_ID: is missing\. Give .*\/web\/shop/],
  [['deploy', ...MARATHON], /^APP\.json: is missing\./],
  // It says nothing about Marathon, which two images do not need.
  [['diff'], /^OLD, NEW: are missing\. Give two tarballs or app definitions, or one app definition\.$/],
  [
    ['diff', at('app.json')],
    /^NEW: is missing\. Give a second image, or --marathon to compare with what runs\.$/,
  ],
  [['status', '/a', '/b', ...MARATHON], /^"\/b": unexpected argument\. Give exactly one APP_ID\.$/],
  [['status', '/Web', ...MARATHON], /^"\/Web" must be names separated by/],
  [['remove', '/web/tasks', ...MARATHON], /^"\/web\/tasks" must not end in/],
  [['logs', '/', ...MARATHON], /^"\/" must be names/],
  [['deploy', at('none.json'), ...MARATHON], /none\.json" does not exist\. Name an existing file\.$/],
  [['deploy', at('broken.json'), ...MARATHON], /broken\.json": is not valid JSON/],
  [['deploy', at('list.json'), ...MARATHON], /list\.json": holds a JSON value that is not an object/],
  [['deploy', at('group.json'), ...MARATHON], /group\.json": holds a group/],
  [['deploy', at('answer.json'), ...MARATHON], /answer\.json": holds .* a response of Marathon/],
  [
    ['deploy', at('app.json'), '--timeout', '15', ...MARATHON],
    /^--timeout: "15" is not a time .*90s, 15m, 1h\.$/,
  ],
  [['deploy', at('app.json'), '--timeout', '0s', ...MARATHON], /^--timeout: "0s" is not a time/],
  [['deploy', at('app.json'), '--timeout', '-1m', ...MARATHON], /^--timeout: "-1m" is not a time/],
  [['deploy', at('app.json'), '--fail-fast', 'x', ...MARATHON], /^--fail-fast: "x" must be a whole number/],
  [['deploy', at('app.json'), '--cpu', '1', ...MARATHON], /^--cpu: unknown option/],
  [['deploy', at('app.json'), '--dryrun', ...MARATHON], /^--dryrun: .* Did you mean --dry-run\?$/],
  [['logs', '/a', '--instance', '0', ...MARATHON], /^--instance: "0" is not a whole number from 1/],
  [['logs', '/a', '--lines', '1.5', ...MARATHON], /^--lines: "1\.5" must be a whole number/],
  [['logs', '/a', '--tail', ...MARATHON], /^--tail: unknown option/],
  [['inspect', at('none.tgz')], /^".*none\.tgz" does not exist\. Name an existing file\.$/],
  [['inspect', folder], /^".*" is a folder\. Name an existing file\.$/],
  [['diff', at('app.json'), at('none.json')], /^".*none\.json" does not exist/],
  [['core/redis', '--marathon', 'http://m'], /^--marathon: unknown option/],
  [['status', '/a', ...MARATHON], /^MARATHON_USER: also needs --marathon-password/, { MARATHON_USER: 'u' }],
  [
    ['status', '/a', ...MARATHON],
    /^Credentials of 2 kinds are given: MARATHON_USER and MARATHON_PASSWORD; DCOS_TOKEN\. /,
    { MARATHON_USER: 'u', MARATHON_PASSWORD: 'hunter2', DCOS_TOKEN: 'hunter2' },
  ],
  [
    ['status', '/a', '--marathon-password', 'hunter2', ...MARATHON],
    /^Credentials of 2 kinds are given: MARATHON_USER and --marathon-password; DCOS_USER and DCOS_PASSWORD\. /,
    { MARATHON_USER: 'u', DCOS_USER: 'o', DCOS_PASSWORD: 'hunter2' },
  ],
  [
    ['status', '/a', '--marathon', 'https://u:hunter2@m', '--dcos-token', 'hunter2'],
    /^Credentials of 2 kinds/,
  ],
  [['status', '/a', ...MARATHON], /^DCOS_TOKEN: has white space/, { DCOS_TOKEN: 'hunter2 hunter2' }],
  [
    ['status', '/a', ...MARATHON],
    /^DCOS_SERVICE_ACCOUNT: .*private_key is missing/,
    { DCOS_SERVICE_ACCOUNT: '{"uid":"hunter2"}' },
  ],
  [
    ['status', '/a', '--dcos-service-account', at('none.json'), ...MARATHON],
    /^--dcos-service-account: it is neither/,
  ],
  [['status', '/a', '--ca-file', at('none.pem'), ...MARATHON], /^--ca-file: .*none\.pem" does not exist/],
  [
    ['status', '/a', '--ca-file', at('ca.pem'), ...MARATHON],
    /^--ca-file: it does not contain a certificate\./,
  ],
]

describe('one mistake is one problem of one line', () => {
  test.each(refused.map(([line, problem, env = {}]) => ({ line, problem, env })))(
    '$line',
    async ({ line, problem, env }) => {
      const problems = await problemsOf(line, env)
      expect(problems).toEqual([expect.stringMatching(problem)])
      expect(problems[0]).not.toMatch(/[\r\n]|hunter2/)
    },
  )

  test('an app definition that Marathon would refuse is one problem, with a line for each of its fields', async () => {
    const [problem = '', ...others] = await problemsOf(['deploy', at('upper.json'), ...MARATHON])
    expect(others).toEqual([])
    expect(problem.split('\n')).toEqual([
      'Marathon would refuse the app definition:',
      expect.stringMatching(/^ {2}id: "\/Web\/Shop" must be names/),
      expect.stringMatching(/^ {2}cpus: -1 must be/),
      // Not the options of an export, which may have been anywhere.
      `Change it in ${JSON.stringify(at('upper.json'))}.`,
    ])
  })

  test('more instances than one may have meant are refused', async () => {
    expect(await problemsOf(['deploy', at('many.json'), ...MARATHON])).toEqual([
      expect.stringMatching(
        /^instances: 50000 is more than 5000 .*; --allow-many-instances deploys it anyway\.$/,
      ),
    ])
  })

  test('a tarball that no agent can fetch is refused', async () => {
    expect(await problemsOf(['deploy', at('file.json'), ...MARATHON])).toEqual([
      expect.stringMatching(
        /^No agent can fetch what the app needs:\n {2}fetch\[0\]\.uri: "file:\/\/\/results\/a\.tgz".*\n.* into the app definition, .*; --allow-unfetchable-uri deploys it anyway\.$/,
      ),
    ])
  })

  test('all problems are reported at once', async () => {
    const line = ['logs', '/Web', '--instance', '0', '--lines', 'x', '--marathon', 'm', '--folow']
    const problems = await problemsOf(line, { DCOS_USER: 'u' })
    expect(problems.map(problem => problem.split(':')[0])).toEqual([
      '--folow',
      expect.stringMatching(/^"\/Web"/),
      '--instance',
      '--lines',
      '--marathon',
      'DCOS_USER',
    ])
  })
})

describe('help is asked for', () => {
  test.each(Object.keys(commands))('of %s', async of => {
    expect(await parseCommand([of, '--help'], {})).toEqual({ kind: 'help', of })
    expect(await parseCommand([of, '/x', '--quux', '-h'], {})).toEqual({ kind: 'help', of })
  })

  test.each([['constructor'], ['__proto__'], ['toString']])('%s is not a command', async word => {
    expect(await parseCommand([word, '--help'], {})).toEqual({ kind: 'help' })
  })
})
