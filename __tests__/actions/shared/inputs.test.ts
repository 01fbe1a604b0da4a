import { describe, expect, test } from 'vitest'
import { EXPORT_INPUTS, type ExportInput } from '../../../src/actions/shared/input-table.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import { MesosizeError, UsageError } from '../../../src/lib/errors.ts'
import { originKey } from '../../testkit/origin-key.ts'

/** Inputs as the runner hands them on. */
function inputsOf(given: Record<string, string>): Inputs<ExportInput> {
  const env = Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  return new Inputs(EXPORT_INPUTS, { PATH: '/bin', ...Object.fromEntries(env) })
}

/** The texts that stand for an option. */
function optionOf(option: string, given: Record<string, string>): string[] | undefined {
  const inputs = inputsOf(given)
  const texts = inputs.options().get(option)
  expect(inputs.problems).toEqual([])
  return texts?.map(({ text }) => text)
}

describe('texts', () => {
  test.each([
    [' core/redis\n', 'core/redis'],
    ['', undefined],
    [' \n\t', undefined],
    ['a b "c" $d\nöäü', 'a b "c" $d\nöäü'],
  ])('%j', (text, expected) => {
    expect(inputsOf({ plan: text }).text('plan')).toBe(expected)
  })

  test('that are empty stand for the default', () => {
    const inputs = inputsOf({ 'hab-version': ' ', 'use-hab': '', overwrite: '', summary: '', draft: '' })
    expect(inputs.text('hab-version')).toBe('latest')
    expect(inputs.flag('use-hab')).toBe(true)
    expect(inputs.flag('overwrite')).toBe(true)
    expect(inputs.flag('summary')).toBe(true)
    expect(inputs.flag('draft')).toBe(false)
    expect(inputs.problems).toEqual([])
    expect(optionOf('no-health-check', { 'health-check': '' })).toBeUndefined()
  })
})

describe('lines', () => {
  test.each([
    ['a', ['a']],
    ['a\nb\n', ['a', 'b']],
    ['  a  \r\n\r\n\t b b \r\n', ['a', 'b b']],
    ['\n\n', []],
    ['', []],
    ['a, b', ['a, b']],
  ])('%j', (text, expected) => {
    expect(inputsOf({ package: text }).lines('package')).toEqual(expected)
  })
})

describe('flags', () => {
  test.each(['true', 'True', 'TRUE', ' true\n'])('%j is true', text => {
    expect(inputsOf({ draft: text }).flag('draft')).toBe(true)
  })

  test.each(['false', 'False', 'FALSE', ''])('%j is false', text => {
    expect(inputsOf({ draft: text }).flag('draft')).toBe(false)
  })

  test.each(['yes', '1', 'on', 'tRUE', 'true false', '$x', 'true\nfalse'])('%j is a mistake', text => {
    const inputs = inputsOf({ draft: text, 'use-hab': text })
    expect(inputs.flag('draft')).toBe(false)
    // So that no other mistake seems to come from it.
    expect(inputs.flag('use-hab')).toBe(true)
    expect(inputs.problems).toEqual([
      `draft: ${JSON.stringify(text)} is neither true nor false. Write draft: true`,
      `use-hab: ${JSON.stringify(text)} is neither true nor false. Write use-hab: true`,
    ])
  })

  test('become options, some the other way round', () => {
    expect(optionOf('uris', { uris: 'true' })).toEqual([''])
    expect(optionOf('uris', { uris: 'false' })).toBeUndefined()
    expect(optionOf('no-health-check', { 'health-check': 'false' })).toEqual([''])
    expect(optionOf('no-health-check', { 'health-check': 'true' })).toBeUndefined()
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
    expect(optionOf('env', { env: text })).toEqual(expected)
    expect(optionOf('label', { labels: text })).toEqual(expected)
  })

  test.each([
    ['{"A": 1', 'env: it starts with "{" but is no JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}'],
    ['{A}=1', 'env: it starts with "{" but is no JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}'],
    ['{"A": null}', 'env: the value of "A" must be a text. Write {"A": "VALUE"}'],
    ['{"A": {"B": 1}}', 'env: the value of "A" must be a text. Write {"A": "VALUE"}'],
    ['{"A": ["x"]}', 'env: the value of "A" must be a text. Write {"A": "VALUE"}'],
    // As a line, it would be the value "B=x" of the key "A".
    ['{"A=B": "x"}', 'env: the key "A=B" must not contain "=". Write another key'],
  ])('%j is a mistake', (text, problem) => {
    const inputs = inputsOf({ env: text })
    inputs.options()
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
    expect(inputsOf({ [name]: 'x' }).problems).toEqual([
      `${name}: there is no such input. Did you mean ${meant}?`,
    ])
  })

  test('that are like none are to be removed', () => {
    expect(inputsOf({ 'log-level-of-it': '' }).problems).toEqual([
      'log-level-of-it: there is no such input. Remove it.',
    ])
  })

  test('are all known to the table', () => {
    const given = Object.fromEntries(Object.keys(EXPORT_INPUTS).map(name => [name, 'x']))
    expect(inputsOf(given).problems).toEqual([])
  })
})

describe('choices', () => {
  test('are one of the words', () => {
    const inputs = inputsOf({ publish: 'http' })
    expect(inputs.choice('publish', ['none', 'http'])).toBe('http')
    expect(inputs.problems).toEqual([])
    const wrong = inputsOf({ publish: 'HTTP "' })
    wrong.choice('publish', ['none', 'http'])
    expect(wrong.problems).toEqual(['publish: "HTTP \\"" is none of them. Write publish: none or http'])
  })
})

describe('attempts', () => {
  test('turn mistakes into problems, and nothing else', async () => {
    const inputs = inputsOf({})
    expect(await inputs.attempt(async () => 1)).toBe(1)
    const errors = [new UsageError(['a', 'b']), new MesosizeError('X', 'c')]
    for (const error of errors) expect(await inputs.attempt(() => Promise.reject(error))).toBeUndefined()
    expect(inputs.problems).toEqual(['a', 'b', 'c'])
    await expect(inputs.attempt(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug')
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
    ['a password with which it is no URL', { 'marathon-url': 'http://me:pa/ss:w@marathon' }, ['pa/ss:w']],
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
    const secret = Object.entries(EXPORT_INPUTS).filter(([, input]) => 'secret' in input)
    expect(secret.length).toBeGreaterThan(5)
    for (const [name] of secret) expect(inputsOf({ [name]: 'X: s3cr3t-value' }).secrets()).not.toEqual([])
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

  test('are the words of no password', () => {
    expect(inputsOf({ 'marathon-password': 'correct horse: battery' }).secrets()).toEqual([
      'correct horse: battery',
    ])
  })
})
