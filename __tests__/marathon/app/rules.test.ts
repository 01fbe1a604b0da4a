import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appIdOf } from '../../../src/marathon/app/app-id.ts'
import * as rules from '../../../src/marathon/app/rules.ts'

const right: Record<string, [(value: unknown) => string | undefined, unknown[]]> = {
  'app id': [
    rules.appIdProblem,
    ['/core/redis', 'core/redis', 'redis', '/a', '/my.app', '/a-b/c.d-e', '/tasks/x', '/0'],
  ],
  'fetch URI': [
    rules.fetchUriProblem,
    [
      'https://example.com/a.tgz',
      'http://user:pass@host:8080/a.tgz?x=[1]&y=%20#f',
      'file:///srv/a%20b.tgz',
      '/srv/a.tgz',
      's3://bucket/a.tgz',
      'hdfs:///a.tgz',
      's3a://bucket/a.tgz',
      's3n://bucket/a.tgz',
      'gs://bucket/a.tgz',
      'ftps://h/a.tgz',
      'FTP://h/a.tgz',
      'file://localhost/a.tgz',
      'https://[::1]/a.tgz',
      'https://example.com/ü.tgz',
      `https://h/${'a'.repeat(1014)}`,
    ],
  ],
  'env key': [rules.envKeyProblem, ['A', '_', 'JAVA_OPTS', 'a1']],
  prefix: [rules.envVarsPrefixProblem, ['MARATHON_', 'x']],
  'label key': [rules.labelKeyProblem, ['a', 'team name', 'VIP_0', 'ж']],
  cpus: [rules.cpusProblem, [0.001, 0.5, 64]],
  mem: [rules.memProblem, [0, 256, 0.5]],
  disk: [rules.diskProblem, [0, 1]],
  instances: [rules.instancesProblem, [0, 1, 2147483647]],
  group: [rules.groupProblem, ['default', 'pr-12', 'A_b']],
  peer: [
    rules.peerProblem,
    ['10.0.0.1', '10.0.0.1:9638', 'host', 'a.b-c.example:1', '[fd00::1]:9638', 'h:65535'],
  ],
  bind: [rules.bindProblem, ['database:postgresql.default', 'a_b:c-d.e', 'a:b.c@org']],
}

const wrong: Record<string, [(value: unknown) => string | undefined, unknown[]]> = {
  'app id': [
    rules.appIdProblem,
    [
      undefined,
      5,
      '',
      '/',
      'MyApp',
      'my_app',
      '-x',
      'x-',
      'a b',
      'a..b',
      '.a',
      'a.',
      '/a/../b',
      '..',
      '.',
      '/a//b',
      '/x/',
      '/x/tasks',
      'restart',
      '/versions',
      '/a\n',
      'ж',
    ],
  ],
  'fetch URI': [
    rules.fetchUriProblem,
    [
      undefined,
      '',
      5,
      'https://example.com/a b',
      ' https://example.com/a',
      "https://example.com/'",
      'https://example.com/\\',
      'https://example.com/\0',
      'https://example.com/{x}',
      'https://example.com/"',
      'https://example.com/%zz',
      'https://example.com/%2',
      'https://example.com/[x]',
      'https://example.com/#a#b',
      'https://',
      'https:///a.tgz',
      'http:a.tgz',
      'htps://example.com/a.tgz',
      'not-a-url',
      'a/b.tgz',
      'host:8080/a.tgz',
      'mailto:a@b',
      'javascript:alert(1)',
      'file:a.tgz',
      'file:/a.tgz',
      'file://host/a.tgz',
      'hdfs:/a.tgz',
      's3:bucket/a.tgz',
      '1http://x/a',
      '://x/a',
      `https://h/${'a'.repeat(1015)}`,
    ],
  ],
  'env key': [rules.envKeyProblem, ['', '1A', 'A-B', 'A B', 'A=', 'é', 'A\n']],
  prefix: [rules.envVarsPrefixProblem, ['', '1', 'A-']],
  'label key': [rules.labelKeyProblem, ['', 'a\nb', '\0', 5]],
  cpus: [rules.cpusProblem, [0, -1, 0.0009, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
  mem: [rules.memProblem, [-1, -0.1, Number.NaN, '256']],
  disk: [rules.diskProblem, [-1, '0']],
  instances: [rules.instancesProblem, [-1, 0.1, 2147483648, '1', Number.NaN]],
  group: [rules.groupProblem, ['', 'a.b', 'a b', 'a/b', 'a\n']],
  peer: [
    rules.peerProblem,
    [
      '',
      ':9638',
      'h:',
      'h:0',
      'h:65536',
      'h:x',
      '::1',
      '[::1]',
      'fd00::1',
      'a b',
      'http://h',
      'h:1:2',
      '-h',
      "h'",
    ],
  ],
  bind: [rules.bindProblem, ['', 'database', 'a:b', 'a:b.c.d', 'a.b:c', ':b.c', 'a:b.c@', 'a:b.c ']],
}

describe.each(Object.entries(right))('%s', (_, [rule, values]) => {
  test.each(values.map(value => [value]))('takes %j', value => {
    expect(rule(value)).toBeUndefined()
  })
})

describe.each(Object.entries(wrong))('%s', (_, [rule, values]) => {
  test.each(values.map(value => [value]))('refuses %j', value => {
    expect(rule(value)).toMatch(/^(must|has)\b.*/)
  })
})

test('a URI problem names the character and what to write for it', () => {
  expect(rules.fetchUriProblem('https://h/a b')).toBe('must not contain " ": write %20 instead')
  expect(rules.fetchUriProblem('https://h/\0')).toContain('%00')
  expect(rules.fetchUriProblem('FTP://h/%zz')).toContain('write %25 instead')
})

// The fetcher takes these as they are written (Mesos: Fetcher::uriToLocalPath; Hadoop: fs.Path).
test.each(['file:///a b', '/a b', 'hdfs://nn/a b', 's3://b/%zz', 'file:///[a]', '/#a#b'])(
  'no encoding is advised where nobody decodes it: %s',
  uri => {
    expect(rules.fetchUriProblem(uri)).toMatch(
      /: agents do not decode such a URI, so choose a path without it$/,
    )
  },
)

// Marathon's own patterns: PathId in types/stringTypes.raml, and the segments of state/PathId.scala.
const MARATHON_PATH_ID =
  /^(\/?((\.\.)|(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))?($|\/))+$/

describe('appIdOf', () => {
  test.each([
    ['core', 'redis', '/core/redis'],
    ['core', 'My_App', '/core/my-app'],
    ['my_origin', '_x_', '/my-origin/x'],
    ['core_', 'tasks', '/core/tasks-app'],
    ['tasks', 'Restart', '/tasks/restart-app'],
    ['core', 'versions_', '/core/versions-app'],
    ['core', '_-_', '/core/app'],
  ])('%s/%s is %s', (origin, name, id) => {
    expect(appIdOf({ origin, name })).toBe(id)
  })

  test('is an id to Marathon for every legal ident', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/),
        fc.oneof(
          fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
          fc.constantFrom('TASKS', '_restart', 'versions-'),
        ),
        (origin, name) => {
          const id = appIdOf({ origin, name })
          expect(id).toMatch(MARATHON_PATH_ID)
          expect(id.split('/')).toHaveLength(3)
          expect(['restart', 'tasks', 'versions', '.', '..', '']).not.toContain(id.split('/')[2])
          expect(rules.appIdProblem(id)).toBeUndefined()
        },
      ),
    )
  })
})
