import { describe, expect, test } from 'vitest'
import { type CommandLine, parseCommandLine } from '../../src/cli/parse.ts'
import { UsageError } from '../../src/lib/errors.ts'

const WITH_ORIGIN = { HAB_ORIGIN: 'acme' }

function parse(line: string, env: Record<string, string> = {}): Promise<CommandLine> {
  return parseCommandLine(line.split(' ').filter(Boolean), env)
}

async function problemsOf(line: string, env: Record<string, string> = {}): Promise<readonly string[]> {
  const error = await parse(line, env).catch(thrown => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as UsageError).problems
}

describe('a command line', () => {
  test.each([
    ['core/redis', { kind: 'export', request: { packages: ['core/redis'] } }],
    ['export core/redis', { kind: 'export', request: { packages: ['core/redis'] } }],
    ['help', { kind: 'help', of: undefined }],
    ['help deploy', { kind: 'help', of: 'deploy' }],
    ['help help', { kind: 'help', of: 'help' }],
    ['help --help', { kind: 'help', of: 'help' }],
    ['deploy --help', { kind: 'help', of: 'deploy' }],
    ['--help', { kind: 'help', of: undefined }],
    ['--help deploy', { kind: 'help', of: 'deploy' }],
    ['core/redis --help', { kind: 'help', of: undefined }],
    ['version', { kind: 'version' }],
    ['version --version', { kind: 'version' }],
  ])('%s', async (line, command) => {
    expect((await parse(line)).command).toMatchObject(command)
  })

  test.each([
    ['depoly', /^"depoly": unknown command\. Did you mean deploy\?$/],
    ['DEPLOY', /^"DEPLOY": unknown command\. Did you mean deploy\?$/],
    ['depoly app.json --timeout 5m', /^"depoly": unknown command\. Did you mean deploy\?$/],
    ['depoly --help', /^"depoly": unknown command\. Did you mean deploy\?$/],
    ['--mem 5 statu /web', /^"statu": unknown command\. Did you mean status\?$/],
    ['help depoly', /^"depoly": unknown command\. Did you mean deploy\?$/],
    ['help quux', /^"quux": unknown command\. The commands are export, run, deploy, /],
    ['help deploy remove', /^"remove": unexpected argument\. Give at most one COMMAND\.$/],
    ['version 2', /^"2": unexpected argument\. Give none\.$/],
    ['--marathon http://m deploy app.json', /^"deploy": a command must be the first argument\. /],
    ['core/redis run', /^"run": a command must be the first argument\. /],
    ['redis', /^"redis" is neither a command nor, without an origin, a package\. Write origin\/name, /],
    ['export redis', /^"redis" has no origin\. Write origin\/name, /],
    ['core/redis redis', /^"redis" has no origin\. Write origin\/name, /],
  ])('%s', async (line, problem) => {
    expect(await problemsOf(line)).toEqual([expect.stringMatching(problem)])
  })
})

describe('a package without its origin', () => {
  test.each([
    ['redis', 'acme/redis', /^"redis" is read as the package acme\/redis, because HAB_ORIGIN is acme\.$/],
    ['export status', 'acme/status', /^"status" is read as the package acme\/status, because .* acme\.$/],
    ['logz', 'acme/logz', / because HAB_ORIGIN is acme\. For the command, write "mesosize logs"\.$/],
    ['run redis', undefined, /^"redis" is read as the package acme\/redis, /],
  ])('is mentioned: %s', async (line, ident, note) => {
    const { command, notes } = await parse(line, WITH_ORIGIN)
    if (ident) expect(command).toMatchObject({ request: { packages: [ident] } })
    expect(notes).toEqual([expect.stringMatching(note)])
  })

  test('is still not taken for one where a command was put behind options', async () => {
    expect(await problemsOf('--mem 5 status', WITH_ORIGIN)).toEqual([
      expect.stringMatching(/^"status": a command must be the first argument\. /),
    ])
  })

  test('is not mentioned where the origin is written', async () => {
    expect((await parse('acme/redis core/nginx', WITH_ORIGIN)).notes).toEqual([])
  })
})

test.each([
  ['core/redis --out-dir results', '--out-dir: unknown option. Did you mean --output-dir?'],
  ['core/redis --builder-token x', '--builder-token: unknown option. Did you mean --auth?'],
  ['core/redis --cpus 1', '--cpus: unknown option. Did you mean --cpu?'],
  ['core/redis --health-check', '--health-check: unknown option. Did you mean --no-health-check?'],
  ['deploy app.json --url http://m', '--url: unknown option. Did you mean --marathon?'],
])('%s', async (line, problem) => {
  expect(await problemsOf(line)).toContain(problem)
})
