import fc from 'fast-check'
import { parse, type TomlTable } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { configJson, mergeConfig } from '../../../src/habitat/config/config.ts'
import { parseConfig, parseConfigVariable } from '../../../src/habitat/config/parse.ts'

// The rules of toml_merge in Habitat's components/common/src/templating/config.rs.
describe('mergeConfig', () => {
  test.each([
    ['tables deep', '[a]\nx = 1\ny = 2', '[a]\ny = 3\nz = 4', { a: { x: 1, y: 3, z: 4 } }],
    ['lists whole', 'a = [1, 2, 3]', 'a = [4]', { a: [4] }],
    ['lists of tables whole', '[[a]]\nx = 1\n[[a]]\nx = 2', '[[a]]\ny = 1', { a: [{ y: 1 }] }],
    ['a table for a value', 'a = 1', '[a]\nx = 1', { a: { x: 1 } }],
    ['a value for a table', '[a]\nx = 1', 'a = 1', { a: 1 }],
    ['a date for a table', '[a]\nx = 1', 'a = 2024-01-02', { a: new Date('2024-01-02') }],
  ])('%s', (_, base, override, expected) => {
    expect(JSON.parse(configJson(mergeConfig(parse(base), parseConfig(override, 'override'))))).toEqual(
      JSON.parse(
        JSON.stringify(expected, (_key, value) =>
          typeof value === 'string' && value.startsWith('2024') ? value.slice(0, 10) : value,
        ),
      ),
    )
  })

  test('changes neither its arguments nor any prototype', () => {
    const base = parse('[a]\nx = 1')
    const merged = mergeConfig(base, JSON.parse('{"a": {"y": 2}, "__proto__": {"polluted": true}}'))
    expect(base).toEqual({ a: { x: 1 } })
    expect(Object.hasOwn(merged, '__proto__')).toBe(true)
    expect('polluted' in merged).toBe(false)
  })
})

describe('parseConfig', () => {
  const tables = (depth: number) => `${'a.'.repeat(depth)}a = 1`

  test('reads what is nested, down to a depth', () => {
    expect(parseConfig(tables(199), 'x')).toEqual(parse(tables(199), { integersAsBigInt: true }))
  })

  test.each([
    tables(200),
    tables(500_000),
    `[${'a.'.repeat(500_000)}a]`,
    `[[${'a.'.repeat(300)}a]]`,
    `a = ${'['.repeat(300)}${']'.repeat(300)}`,
    `a = ${'['.repeat(500_000)}`,
    `a = ${'{a='.repeat(300)}1${'}'.repeat(300)}`,
    `a = [${'{a=['.repeat(150)}${']}'.repeat(150)}]`,
  ])('refuses what is nested too deep, as %#', text => {
    expect(() => parseConfig(text, 'default.toml of core/x')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(
          /^default\.toml of core\/x is not TOML: it is nested more than 200 levels deep( at line 1, column \d+)?\. Correct it\.$/,
        ),
      }),
    )
  })
})

describe('parseConfigVariable', () => {
  test.each<[string, TomlTable]>([
    ['port = 8080', { port: 8080n }],
    ['ratio = 1.0', { ratio: 1 }],
    ['', {}],
    ['{"port": 8080, "a": {"b": [1, "x"]}}', { port: 8080n, a: { b: [1n, 'x'] } }],
    ['  {}\n', {}],
    ['n = 9223372036854775807', { n: 9223372036854775807n }],
  ])('reads %j', (text, expected) => {
    expect(parseConfigVariable(text, 'HAB_X')).toEqual(expected)
  })

  test.each([
    '8080',
    '"text"',
    '[1, 2]',
    'true',
    'null',
    'port: 8080',
    '{"port": }',
    '{"a": null}',
    '{"": null}',
    '{"a": 9223372036854775807}',
  ])('refuses %j without showing it', text => {
    expect(() => parseConfigVariable(text, 'HAB_X')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^HAB_X\b/) }),
    )
  })

  test.each([
    ['{"a":'.repeat(100_000), 'JSON'],
    [`[${'a.'.repeat(100_000)}a]`, 'TOML'],
  ])('refuses what is nested too deep, as %#', text => {
    expect(() => parseConfigVariable(text, 'HAB_X')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^HAB_X .*it is nested more than 200 levels deep/),
      }),
    )
  })

  test('never shows the value, which may hold a password', () => {
    let message = ''
    try {
      parseConfigVariable('password: hunter2', 'HAB_X')
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('HAB_X')
    expect(message).not.toContain('hunter2')
  })
})

describe('configJson', () => {
  test.each([
    ['plain values', 'a = 1\nb = "x"\nc = true\nd = 1.5', '{"a":1,"b":"x","c":true,"d":1.5}'],
    ['a whole float, which must stay one', 'a = 1.0\nb = 1e3', '{"a":1.0,"b":1000.0}'],
    ['64-bit integers', 'a = 9223372036854775807', '{"a":9223372036854775807}'],
    ['dates as TOML writes them', 'a = 2024-01-02\nb = 07:32:00', '{"a":"2024-01-02","b":"07:32:00.000"}'],
    ['quotes, line ends, other alphabets', 'a = "\\"\\n\\u0000ж"', '{"a":"\\"\\n\\u0000ж"}'],
    // Habitat's transcoding from JSON to TOML fails on a value that comes after a table.
    ['values before tables', '[t]\nx = 1\n[t.u]\ny = 1', '{"t":{"x":1,"u":{"y":1}}}'],
  ])('%s', (_, toml, json) => {
    expect(configJson(parseConfig(toml, 'test'))).toBe(json)
  })

  test('puts values before tables and lists of tables, at every depth', () => {
    const table = { t: { u: { a: 1n }, b: 2n }, l: [{ z: { a: 1n }, y: 2n }], c: 3n, d: [1n] }
    expect(configJson(table)).toBe('{"c":3,"d":[1],"t":{"b":2,"u":{"a":1}},"l":[{"y":2,"z":{"a":1}}]}')
  })

  test('is JSON of the same value', () => {
    const withoutNull = fc.jsonValue().filter(value => !JSON.stringify(value).includes('null'))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), withoutNull), value => {
        expect(JSON.parse(configJson(value as TomlTable))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test.each(['inf', '-inf', 'nan'])('refuses %s', number => {
    expect(() => configJson(parse(`a = [${number}]`))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
