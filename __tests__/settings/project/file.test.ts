import { describe, expect, test } from 'vitest'
import { parseProjectFile } from '../../../src/settings/project/file.ts'
import { nameOf } from '../../../src/settings/setting.ts'
import { read } from '../../project/documents.ts'

/** What a document gives, by table and key. */
function textsIn(text: string) {
  const { common, services, deploy, remove } = parseProjectFile(text, 'mesosize.toml')
  const plain = (table: typeof common) =>
    Object.fromEntries([...table].map(([row, given]) => [nameOf(row), given.map(each => each.text)]))
  return {
    common: plain(common),
    services: services.map(plain),
    deploy: plain(deploy),
    remove: plain(remove),
  }
}

function problemsIn(text: string): readonly string[] {
  return parseProjectFile(text, 'mesosize.toml').problems
}

describe('values become what a person would write as arguments', () => {
  test.each<[toml: string, key: string, texts: string[]]>([
    ['mem = 512', 'mem', ['512']],
    ['cpu = 0.25', 'cpu', ['0.25']],
    ['cpu = 1.0', 'cpu', ['1']],
    ['mem = 9223372036854775807', 'mem', ['9223372036854775807']],
    ['mem = "512"', 'mem', ['512']],
    ['cpu = inf', 'cpu', ['Infinity']],
    ['channel = "stable"', 'channel', ['stable']],
    ['peer = "a"', 'peer', ['a']],
    ['peer = ["a", "b:9638"]', 'peer', ['a', 'b:9638']],
    ['peer = []', 'peer', []],
    ['env = { A = "x=y", B = 1, C = true, D = "" }', 'env', ['A=x=y', 'B=1', 'C=true', 'D=']],
    ['[env]\nA = 1', 'env', ['A=1']],
    ['env.A = 1', 'env', ['A=1']],
    ['service-port = { http = 80, admin = "81" }', 'service-port', ['http=80', 'admin=81']],
    ['port-label = "http:VIP_0=/web:80"', 'port-label', ['http:VIP_0=/web:80']],
    [
      '[port-label.http]\nVIP_0 = "/web:80"\nTEAM = "a=b"\n[port-label.gossip]\nVIP_0 = "/ring:9638"',
      'port-label',
      ['http:VIP_0=/web:80', 'http:TEAM=a=b', 'gossip:VIP_0=/ring:9638'],
    ],
    ['uris = true', 'uris', ['true']],
    // These options turn off what their rows describe.
    ['no-cache = true', 'no-cache', ['false']],
    ['no-cache = false', 'no-cache', ['true']],
    ['no-health-check = true', 'no-health-check', ['false']],
    // Settings of the action alone have the names of their inputs.
    ['publish = "release"', 'publish', ['release']],
    ['use-hab = false', 'use-hab', ['false']],
    ['origin = "acme"', 'origin', ['acme']],
    ['ca-file = "ca.pem"', 'ca-file', ['ca.pem']],
  ])('%s', (toml, key, texts) => {
    expect(textsIn(toml).common).toEqual({ [key]: texts })
  })

  test('in each table', () => {
    const toml = `mem = 1
      [[service]]
      package = "acme/web"
      [service.env]
      A = 1
      [[service]]
      package = ["acme/api", "core/curl"]
      plan = "api"
      [deploy]
      timeout = "5m"
      no-rollback = true
      [remove]
      timeout = "9m"`
    expect(textsIn(toml)).toEqual({
      common: { mem: ['1'] },
      services: [
        { package: ['acme/web'], env: ['A=1'] },
        { package: ['acme/api', 'core/curl'], plan: ['api'] },
      ],
      deploy: { timeout: ['5m'], 'no-rollback': ['false'] },
      remove: { timeout: ['9m'] },
    })
  })
})

test('the examples of the documentation can be read', () => {
  const examples = [...read('docs/project-file.md').matchAll(/^```toml\n(.*?)^```$/gms)]
  expect(examples.length).toBeGreaterThan(0)
  for (const [, text = ''] of examples) expect(problemsIn(text)).toEqual([])
})

describe('each mistake is reported with its line', () => {
  test.each<[toml: string, ...problems: string[]]>([
    ['mam = 1', 'mesosize.toml:1: mam: unknown setting. Did you mean mem?'],
    ['\n\ncpus = 1', 'mesosize.toml:3: cpus: unknown setting. Did you mean cpu?'],
    ['health-check = false', 'mesosize.toml:1: health-check: unknown setting. Did you mean no-health-check?'],
    ['[[servce]]\npackage = "a/b"', 'mesosize.toml:1: servce: unknown setting. Did you mean service?'],
    ['xyzzyxyzzy = 1', 'mesosize.toml:1: xyzzyxyzzy: unknown setting. Remove it.'],
    ['help = true', 'mesosize.toml:1: help: unknown setting. Remove it.'],
    ['settings = "x"', 'mesosize.toml:1: settings: unknown setting. Remove it.'],
    ['no-rollback = true', 'mesosize.toml:1: no-rollback: unknown setting. Remove it.'],
    ['[deploy]\ntimeot = "5m"', 'mesosize.toml:2: timeot: unknown setting. Did you mean timeout?'],
    [
      'auth = "s3cret"',
      'mesosize.toml:1: auth: a secret does not belong in a file that others can read. Set the variable HAB_AUTH_TOKEN instead.',
    ],
    [
      '[[service]]\norigin-key = "s3cret"',
      'mesosize.toml:2: origin-key: a secret does not belong in a file that others can read. Give it to the action as the input origin-key.',
    ],
    [
      'mem = true\nuris = "true"',
      'mesosize.toml:1: mem: the value must be a string or a number.',
      'mesosize.toml:2: uris: the value must be true or false, without quotes.',
    ],
    [
      'service-port = { http = { a = 1 } }',
      'mesosize.toml:1: service-port: the value must be a table of strings or numbers; "http" is something else.',
    ],
    [
      'port-label = { http = "VIP_0=/web:80" }',
      'mesosize.toml:1: port-label: the value must be a table for each name; "http" is something else.',
    ],
    ['peer = { a = "b" }', 'mesosize.toml:1: peer: the value must be a string, or a list of strings.'],
    ['mem = [1]', 'mesosize.toml:1: mem: the value must be a string or a number.'],
    ['mem = 2024-01-01', 'mesosize.toml:1: mem: the value must be a string or a number.'],
    ['channel = ""', 'mesosize.toml:1: channel: the value is empty. Give one, or remove the line.'],
    ['peer = [["a"]]', 'mesosize.toml:1: peer: the value must be a string, or a list of strings.'],
    ['env = "A=1"', 'mesosize.toml:1: env: the value must be a table, such as { KEY = "VALUE" }.'],
    [
      '[env]\nA = [1]',
      'mesosize.toml:1: env: the value must be a table of strings, numbers, true and false; "A" is something else.',
    ],
    ['env = {"A=B" = 1}', 'mesosize.toml:1: env: the value has the key "A=B", which must not contain "=".'],
    [
      '[service]\npackage = "a/b"',
      'mesosize.toml:1: service: must be a list of tables. Write [[service]] above each service.',
    ],
    ['deploy = 1', 'mesosize.toml:1: deploy: must be a table. Write [deploy] above its settings.'],
    [
      '[[service]]\nmem = 1\n[[service]]\nno-cache = true\nmam = 2',
      'mesosize.toml:4: no-cache: is the same for all services. Write it above the first table.',
      'mesosize.toml:5: mam: unknown setting. Did you mean mem?',
    ],
    // Where the line cannot be told, the file is named without it.
    ['"m\\u0061m" = 1', 'mesosize.toml: mam: unknown setting. Did you mean mem?'],
    // What looks like a key inside a string is not one.
    ['channel = """\nmam = 1"""\nmam = 2', 'mesosize.toml:3: mam: unknown setting. Did you mean mem?'],
    ['__proto__ = 1', 'mesosize.toml:1: __proto__: unknown setting. Remove it.'],
  ])('%j', (toml, ...problems) => {
    expect(problemsIn(toml)).toEqual(problems)
    expect(problemsIn(toml).join()).not.toContain('s3cret')
  })

  test('also in the syntax', () => {
    expect(() => parseProjectFile('mem = 1\ncpu = = 2\n', 'x/m.toml')).toThrow(
      /^"x\/m.toml" is not TOML: .* at line 2, column \d+\. Correct it\.$/,
    )
  })
})
