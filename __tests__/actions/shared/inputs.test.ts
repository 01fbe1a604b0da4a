import { describe, expect, test } from 'vitest'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import { APP } from '../../../src/settings/rows/app.ts'
import { HAB, NAMED } from '../../../src/settings/rows/packages.ts'
import { RELEASE } from '../../../src/settings/rows/publish.ts'
import { inputsOf as rowsOf, type Setting } from '../../../src/settings/setting.ts'
import { SettingValues } from '../../../src/settings/setting-values.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { originKey } from '../../testkit/origin-key.ts'

/** Inputs as the runner hands them on. */
function inputsOf(given: Record<string, string>): Inputs {
  const env = Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  return new Inputs(EXPORT, { PATH: '/bin', ...Object.fromEntries(env) })
}

/** The texts that are given for a setting. */
function textsOf(row: Setting, given: Record<string, string>): string[] | undefined {
  const inputs = inputsOf(given)
  const texts = inputs.given(row)?.map(({ text }) => text)
  expect(inputs.problems).toEqual([])
  return texts
}

describe('texts', () => {
  test.each([
    [' core/redis\n', ['core/redis']],
    ['', undefined],
    [' \n\t', undefined],
    ['a b "c" $d\nöäü', ['a b "c" $d\nöäü']],
  ])('%j', (text, expected) => {
    expect(textsOf(HAB.plan, { plan: text })).toEqual(expected)
  })

  test('that are empty stand for the default', async () => {
    const inputs = inputsOf({
      'hab-version': ' ',
      'use-hab': '',
      overwrite: '',
      draft: '',
      'health-check': '',
    })
    const values = new SettingValues(inputs, {})
    expect(await values.read({ ...HAB, ...RELEASE, ...APP })).toMatchObject({
      version: 'latest',
      useHab: true,
      overwrite: true,
      draft: false,
      healthCheck: true,
    })
    expect([...values.problems]).toEqual([])
  })
})

describe('lines', () => {
  test.each([
    ['a', ['a']],
    ['a\nb\n', ['a', 'b']],
    ['  a  \r\n\r\n\t b b \r\n', ['a', 'b b']],
    ['\n\n', undefined],
    ['', undefined],
    ['a, b', ['a, b']],
  ])('%j', (text, expected) => {
    expect(textsOf(NAMED.packages, { package: text })).toEqual(expected)
  })
})

describe('flags', () => {
  const read = async (given: Record<string, string>) => {
    const values = new SettingValues(inputsOf(given), {})
    return { ...(await values.read({ ...HAB, ...RELEASE, ...APP })), problems: [...values.problems] }
  }

  test.each(['true', 'True', 'TRUE', ' true\n'])('%j is true', async text => {
    expect(await read({ draft: text })).toMatchObject({ draft: true, problems: [] })
  })

  test.each(['false', 'False', 'FALSE', ''])('%j is false', async text => {
    expect(await read({ draft: text })).toMatchObject({ draft: false, problems: [] })
  })

  test.each(['yes', '1', 'on', 'tRUE', 'true false', '$x', 'true\nfalse'])('%j is a mistake', async text => {
    expect(await read({ draft: text, 'use-hab': text })).toMatchObject({
      draft: false,
      // So that no other mistake seems to come from it.
      useHab: true,
      problems: [
        `use-hab: ${JSON.stringify(text)} is neither true nor false. Write true or false.`,
        `draft: ${JSON.stringify(text)} is neither true nor false. Write true or false.`,
      ],
    })
  })

  test('that an option turns off are given as they are', async () => {
    expect(await read({ 'health-check': 'false' })).toMatchObject({ healthCheck: false, problems: [] })
    expect(await read({ 'health-check': 'true' })).toMatchObject({ healthCheck: true, problems: [] })
  })
})

describe('pairs', () => {
  test.each([
    ['A=1\nB=2', ['A=1', 'B=2']],
    ['A=b=c', ['A=b=c']],
    ['A=', ['A=']],
    ['A=$HOME "quoted" \'x\' größe', ['A=$HOME "quoted" \'x\' größe']],
    ['{"A": "1", "B": 2, "C": true}', ['A=1', 'B=2', 'C=true']],
    [' {"A": "two\\nlines"} ', ['A=two\nlines']],
    ['{"A": "q\\"$x`y` = \\u00fc 🚀"}', ['A=q"$x`y` = ü 🚀']],
    ['{"A": ""}', ['A=']],
    ['{"__proto__": "x", "constructor": "y"}', ['__proto__=x', 'constructor=y']],
    ['{}', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(textsOf(APP.env, { env: text })).toEqual(expected)
    expect(textsOf(APP.labels, { labels: text })).toEqual(expected)
  })

  test.each([
    [
      '{"A": 1',
      'env: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}',
    ],
    ['{A}=1', 'env: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}'],
    [
      `{"A": ${'['.repeat(1_000_000)}`,
      'env: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}',
    ],
    [
      `{"A": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
      'env: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}',
    ],
    ['{"A": null}', 'env: the value of "A" must be text. Write {"A": "VALUE"}'],
    ['{"A": {"B": 1}}', 'env: the value of "A" must be text. Write {"A": "VALUE"}'],
    ['{"A": ["x"]}', 'env: the value of "A" must be text. Write {"A": "VALUE"}'],
    // As a line, it would be the value "B=x" of the key "A".
    ['{"A=B": "x"}', 'env: the key "A=B" must not contain "=". Write another key'],
  ])('%j is a mistake', (text, problem) => {
    const inputs = inputsOf({ env: text })
    expect(inputs.problems).toEqual([problem])
  })
})

describe('names', () => {
  test.each([
    ['packages', 'package'],
    ['release_tag', 'release-tag'],
    ['cpu', 'cpus'],
    ['publsh', 'publish'],
    ['builder', 'builder-url'],
  ])('%s is none, but was meant to be %s', (name, meant) => {
    expect(inputsOf({ [name]: 'x' }).problems).toEqual([`${name}: unknown input. Did you mean ${meant}?`])
  })

  test('that resemble no input may be meant for another program', () => {
    const inputs = inputsOf({ dir: 'x', 'log-level-of-it': '' })
    expect(inputs.problems).toEqual([])
    expect(inputs.strangers).toEqual([
      'The variable INPUT_DIR is not an input of this action, and is ignored. Did you mean output-dir?',
      'The variable INPUT_LOG-LEVEL-OF-IT is not an input of this action, and is ignored.',
    ])
  })

  test('are all known to the table', () => {
    const given = Object.fromEntries(
      rowsOf(EXPORT)
        .map(({ input }) => input)
        .map(name => [name, 'x']),
    )
    expect(inputsOf(given).problems).toEqual([])
  })
})

describe('secrets', () => {
  const key = originKey('acme').secretKeyText

  test.each<[string, Record<string, string>, string[]]>([
    ['a token', { 'builder-token': '_Qk9YLTEK=' }, ['_Qk9YLTEK=']],
    ['one in white space', { 'github-token': ' ghs_abc\n' }, ['ghs_abc']],
    ['a short password', { 'marathon-password': 'pw' }, ['pw']],
    ['a password with blanks', { 'marathon-password': 'my long one' }, ['my long one']],
    ['a DC/OS token', { 'dcos-token': 'eyJhbGciOi' }, ['eyJhbGciOi']],
    ['an origin key, and its last line alone', { 'origin-key': key }, [key, key.split('\n')[3]!]],
    ['an origin key with CRLF', { 'origin-key': key.replaceAll('\n', '\r\n') }, [key.split('\n')[3]!]],
    [
      'headers: values, and tokens in them',
      { 'upload-headers': 'Authorization: Bearer abc.def-123\nX-Api-Key:  k3y-k3y' },
      ['Bearer abc.def-123', 'abc.def-123', 'k3y-k3y'],
    ],
    [
      'the login in a header',
      { 'upload-headers': `authorization: Basic ${Buffer.from('me:pass:word').toString('base64')}` },
      [Buffer.from('me:pass:word').toString('base64'), 'me:pass:word', 'pass:word'],
    ],
    [
      'the login in a URL, as it is and decoded',
      { 'upload-url': 'https://me:p%40ss%20word@files.example/x/' },
      ['p%40ss%20word', 'p@ss word', 'me:p%40ss%20word'],
    ],
    [
      'a password that is not encoded',
      { 'upload-url': 'https://me:pä$s@files.example/x/' },
      ['pä$s', 'p%C3%A4$s'],
    ],
    [
      'a password that makes it an invalid URL',
      { 'marathon-url': 'http://me:pa/ss:w@marathon' },
      ['pa/ss:w'],
    ],
    ['a token for a user', { 'uri-base': 'https://ghp_token@files.example' }, ['ghp_token']],
    [
      'the signature of a presigned URL, and its query',
      { 'upload-url': 'https://s3.example/b/k?X-Amz-Date=20240101T000000Z&X-Amz-Signature=0a1b2c&x=1' },
      ['X-Amz-Date=20240101T000000Z&X-Amz-Signature=0a1b2c&x=1', '0a1b2c'],
    ],
    [
      'a long value by whatever name, decoded too',
      { uri: 'https://a.example/k?se=2024&q=abcdefghijklmnopqrstuvw%2Fx%3D#end' },
      ['abcdefghijklmnopqrstuvw%2Fx%3D', 'abcdefghijklmnopqrstuvw/x='],
    ],
    ['a password in a variable', { env: 'A=1\nDB=postgres://me:hunter22@db/x' }, ['hunter22']],
    [
      'a password in JSON',
      { env: '{"DB": "postgres://me:hunter22@db/x?sslkey=abcdef"}' },
      ['hunter22', 'abcdef'],
    ],
  ])('are %s', (_, given, secrets) => {
    expect(inputsOf(given).secrets()).toEqual(expect.arrayContaining(secrets))
  })

  test('are in every input that is one', () => {
    const secret = rowsOf(EXPORT).filter(row => row.secret)
    expect(secret.length).toBeGreaterThan(5)
    for (const { input: name } of secret)
      expect(inputsOf({ [name]: 'X: s3cr3t-value' }).secrets()).not.toEqual([])
  })

  test.each<[string, Record<string, string>]>([
    ['what is empty', { 'builder-token': '', 'origin-key': ' \n' }],
    ['a host and a path', { 'builder-url': 'https://bldr.example/some/path@2x' }],
    ['a short or ordinary query', { uri: 'https://a.example/x.tgz?v=2&channel=stable' }],
    ['a query of a letter', { uri: 'https://a.example/?a', env: 'A=https://a.example/?x=1' }],
    ['a password of a letter', { uri: 'https://a:b@files.example/x.tgz' }],
  ])('are not %s, which would make asterisks of ordinary words', (_, given) => {
    expect(inputsOf(given).secrets()).toEqual([])
  })

  test('are not ordinary words in headers', () => {
    const headers = 'x-upsert: true\nX-Kind: blob\nAccept: a/b'
    const words = inputsOf({ 'upload-headers': headers }).secrets()
    for (const word of ['true', 'blob', 'a/b']) expect(words).not.toContain(word)
  })

  test('are not words of a password', () => {
    expect(inputsOf({ 'marathon-password': 'correct horse: battery' }).secrets()).toEqual([
      'correct horse: battery',
    ])
  })
})
