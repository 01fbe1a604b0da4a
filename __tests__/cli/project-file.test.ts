import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { UsageError } from '../../src/lib/errors.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { optionWording } from '../../src/settings/wording.ts'

const folder = await mkdtemp(join(tmpdir(), 'project-file-'))
const FILE = join(folder, 'm.toml')
const APP = join(folder, 'app.json')
beforeAll(async () => {
  wordSettings(optionWording(EXPORT))
  await writeFile(APP, '{"id": "/x", "cmd": "true"}')
})
afterAll(() => rm(folder, { recursive: true }))

/** What a command line asks for beside a project file. */
async function commandOf(toml: string, args: readonly string[], env: Record<string, string> = {}) {
  await writeFile(FILE, toml)
  const { command } = await parseCommandLine([...args, '--settings', FILE], env)
  return command as unknown as {
    kind: string
    request: object
    requests: object[]
  }
}

async function problemsOf(toml: string, args: readonly string[], env: Record<string, string> = {}) {
  const error = await commandOf(toml, args, env).catch(thrown => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as UsageError).problems.map(problem => problem.replaceAll(FILE, 'm.toml'))
}

describe('the rank of settings', () => {
  test.each<[about: string, toml: string, args: string[], env: Record<string, string>, request: object]>([
    ['file over default', 'mem = 512', ['a/b'], {}, { app: { mem: 512 } }],
    ['argument over file', 'mem = 512', ['a/b', '--mem', '1'], {}, { app: { mem: 1 } }],
    ['also one like the default', 'mem = 512', ['a/b', '--mem', '256'], {}, { app: { mem: 256 } }],
    [
      'variable over file',
      'channel = "file"',
      ['a/b'],
      { HAB_BLDR_CHANNEL: 'variable' },
      { builder: { channel: 'variable' } },
    ],
    [
      'empty variable',
      'channel = "file"',
      ['a/b'],
      { HAB_BLDR_CHANNEL: '' },
      { builder: { channel: 'file' } },
    ],
    ['lists are replaced', 'peer = ["x", "y"]', ['a/b', '--peer', 'z'], {}, { app: { peers: ['z'] } }],
    ['packages', 'package = ["a/b", "c/d"]', [], {}, { packages: ['a/b', 'c/d'] }],
    ['other packages', 'package = ["a/b"]', ['c/d'], {}, { packages: ['c/d'] }],
    ['origin', 'origin = "acme"\npackage = "web"', [], {}, { packages: ['acme/web'] }],
    ['HAB_ORIGIN', 'origin = "acme"\npackage = "web"', [], { HAB_ORIGIN: 'me' }, { packages: ['me/web'] }],
    // Only one of them can be given, so an argument replaces them all.
    [
      'alternatives',
      'uri-base = "http://h/x"',
      ['a/b', '--uri', 'http://h/y.tgz'],
      {},
      { uri: 'http://h/y.tgz', uriBase: undefined },
    ],
    ['no cache', `cache = "${folder}"`, ['a/b', '--no-cache'], {}, { cache: undefined }],
    [
      'service',
      'mem = 1\ncpu = 2\n[[service]]\npackage = "a/b"\nmem = 3',
      [],
      {},
      { app: { mem: 3, cpus: 2 } },
    ],
    ['its argument', '[[service]]\npackage = "a/b"\nmem = 3', ['a/b', '--mem=4'], {}, { app: { mem: 4 } }],
    // The action alone has these.
    ['inputs', 'package = "a/b"\npublish = "release"\nplan = "."', [], {}, { packages: ['a/b'] }],
  ])('%s', async (_about, toml, args, env, request) => {
    expect(await commandOf(toml, args, env)).toMatchObject({ kind: 'export', request })
  })
})

test('several services are several requests', async () => {
  const toml = 'mem = 1\n[[service]]\npackage = "a/b"\n[[service]]\npackage = "a/c"\nmem = 2'
  expect(await commandOf(toml, ['--cpu', '3'])).toMatchObject({
    kind: 'export-services',
    requests: [
      { packages: ['a/b'], app: { mem: 1, cpus: 3 } },
      { packages: ['a/c'], app: { mem: 2, cpus: 3 } },
    ],
  })
  expect(await commandOf(toml, ['run', 'a/c'])).toMatchObject({
    request: { source: { packages: { app: { mem: 2 } } } },
  })
})

test('other commands have their tables, and pass over the rest', async () => {
  const toml = 'marathon = "http://m:8080"\nmem = 512\n[deploy]\ntimeout = "2m"\n[remove]\ntimeout = "3m"'
  const access = { urls: [new URL('http://m:8080/')] }
  expect(await commandOf(toml, ['deploy', APP])).toMatchObject({
    request: { access, options: { timeout: 120_000 } },
  })
  expect(await commandOf(toml, ['remove', '/x'])).toMatchObject({ request: { access, timeout: 180_000 } })
  expect(await commandOf(toml, ['status', '/x'])).toMatchObject({ request: { access } })
  expect(await commandOf(toml, ['run', APP])).toMatchObject({ kind: 'run' })
  expect(await commandOf(toml, ['diff', APP, APP])).toMatchObject({ kind: 'diff' })
})

describe('mistakes', () => {
  test.each<[toml: string, args: string[], problems: string[]]>([
    ['\nmem = -1', ['a/b'], ['m.toml:2: mem: "-1" must be at least 0 MiB']],
    [
      '[[service]]\npackage = "a/b"\nmem = "x"\n[[service]]\npackage = "a/c"\ncpu = "y"',
      ['--disk', 'z'],
      ['m.toml:3: mem: "x" ', '--disk: "z" ', 'm.toml:6: cpu: "y" '],
    ],
    ['env = { "A-B" = "x" }', ['a/b'], ['m.toml:1: env: the key "A-B" must be']],
    ['mam = 1', ['--cup', '1'], ['--cup: unknown option', 'm.toml:1: mam: unknown setting']],
    ['mem = ', ['a/b'], ['--settings: "m.toml" is not TOML']],
    ['[[service]]\nplan = "."', [], ['PKG_IDENT: no package given']],
    [
      '[[service]]\npackage = "a/b"\n[[service]]\npackage = "a/c"',
      ['run'],
      ['PKG_IDENT: no package or app definition given'],
    ],
    ['uri = "http://h/x"\nuri-base = "http://h"', ['a/b'], ['--uri and --uri-base: only one can be given']],
  ])('%j %j', async (toml, args, problems) => {
    const found = await problemsOf(toml, args)
    expect(found).toHaveLength(problems.length)
    for (const [index, problem] of problems.entries()) expect(found[index]).toContain(problem)
  })

  test('a file that is not there', async () => {
    const error = await parseCommandLine(['a/b', '--settings', join(folder, 'none')], {}).catch(
      thrown => thrown,
    )
    expect(error).toBeInstanceOf(UsageError)
    expect(error.message).toMatch(/^--settings: ".*\/none" does not exist\. Name an existing file\.$/)
  })
})

describe('a file with mistakes does not hide', () => {
  test('its other values, and the arguments', async () => {
    const toml = 'mem = "x"\nfoo = 1\n[[service]]\npackage = "web"\ndisk = "y"\n[deploy]\ntimeout = "z"'
    expect(await problemsOf(toml, ['--cpu', 'x', '--bogus'])).toEqual([
      '--bogus: unknown option.',
      expect.stringMatching(/^m\.toml:2: foo: unknown setting/),
      expect.stringMatching(/^--cpu: "x" must be/),
      expect.stringMatching(/^m\.toml:1: mem: "x" must be/),
      expect.stringMatching(/^m\.toml:5: disk: "y" must be/),
      expect.stringMatching(/^m\.toml:7: timeout: "z" is not a time/),
    ])
  })

  test.each([
    ['is not TOML', 'a = = 1', /^--settings: "m\.toml" is not TOML/],
    ['has a setting that may be the one that is missing', 'pakage = "a/b"', /Did you mean package\?$/],
  ])('what is wrong by itself, if it %s', async (_about, toml, problem) => {
    expect(await problemsOf(toml, ['--mem', 'x'])).toEqual([
      expect.stringMatching(problem),
      expect.stringMatching(/^--mem: "x" must be/),
    ])
  })

  test('what is wrong by itself, if it does not exist', async () => {
    const error = await parseCommandLine(['a/b', '--settings', '/nothere', '--mem', 'x'], {}).catch(e => e)
    expect(error.problems).toEqual([
      expect.stringMatching(/^--settings: "\/nothere" /),
      expect.stringMatching(/^--mem: "x" must be/),
    ])
  })
})
