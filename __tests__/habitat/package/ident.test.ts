import { describe, expect, test } from 'vitest'
import {
  compareBuilds,
  formatIdent,
  isFull,
  packagePath,
  parseFullIdent,
  parseIdent,
  releaseTime,
  satisfies,
} from '../../../src/habitat/package/ident.ts'
import { failure } from '../reading.ts'

// Of 230 characters, the name of its hart would have 256 for the longest target.
test('a full identifier is no longer than the name of a file allows', () => {
  const ident = (length: number) => `core/redis/1/20240102030405`.replace('1/', `${'1'.repeat(length - 26)}/`)
  expect(formatIdent(parseFullIdent(ident(229)))).toHaveLength(229)
  expect(() => parseFullIdent(ident(230))).toThrow('is longer than 229 characters')
})

describe('an ident', () => {
  test.each([
    ['core/redis', { origin: 'core', name: 'redis' }],
    ['core/redis/7.2.4', { origin: 'core', name: 'redis', version: '7.2.4' }],
    [
      'my_org-2/My_Pkg-x/1.0-rc.1+b~2/20240102030405',
      { origin: 'my_org-2', name: 'My_Pkg-x', version: '1.0-rc.1+b~2', release: '20240102030405' },
    ],
    ['0/a/...', { origin: '0', name: 'a', version: '...' }],
    [`${'o'.repeat(255)}/n`, { origin: 'o'.repeat(255), name: 'n' }],
  ])('%s', (text, ident) => {
    expect(parseIdent(text)).toEqual({ version: undefined, release: undefined, ...ident })
    expect(formatIdent(parseIdent(text))).toBe(text)
  })

  test.each([
    ['', 'the origin ""'],
    ['redis', 'the name ""'],
    ['/redis', 'the origin ""'],
    ['Core/redis', 'the origin "Core"'],
    ['-core/redis', 'the origin "-core"'],
    [`${'o'.repeat(256)}/n`, 'the origin "ooo'],
    ['core/', 'the name ""'],
    ['core/re.dis', 'the name "re.dis"'],
    ['core/redis\n', 'the name "redis\\n"'],
    ['core/redis/', 'the version ""'],
    ['core/redis/..', 'the version ".."'],
    ['core/redis/.', 'the version "."'],
    ['core/redis/1 0', 'the version "1 0"'],
    ['core/redis/1%2e', 'the version "1%2e"'],
    ['core/redis/1\u0000', 'the version "1\\u0000"'],
    ['core/redis/1/2024', 'the release "2024"'],
    ['core/redis/1/20240102030405x', 'the release "20240102030405x"'],
    ['core/redis/1/20240102030405/x', 'more than four parts'],
    ['../../etc', 'the origin ".."'],
  ])('is not %j', async (text, problem) => {
    const error = await failure((async () => parseIdent(text))())
    expect(error.code).toBe('IDENT_INVALID')
    expect(error.message).toContain(JSON.stringify(text))
    expect(error.message).toContain(problem)
  })

  test('is full with a version and a release', () => {
    expect(isFull(parseIdent('core/redis/7/20240102030405'))).toBe(true)
    expect(isFull(parseIdent('core/redis/7'))).toBe(false)
    expect(() => parseFullIdent('core/redis/7')).toThrow(
      expect.objectContaining({
        code: 'IDENT_NOT_FULL',
        message: expect.stringMatching(/"core\/redis\/7" .*origin\/name\/version\/release/),
      }),
    )
  })
})

test.each([
  ['core/redis', true],
  ['core/redis/7', true],
  ['core/redis/7/20240102030405', true],
  ['acme/redis', false],
  ['core/redi', false],
  ['core/redis/7.0', false],
  ['core/redis/7/20240102030406', false],
])('core/redis/7/20240102030405 as %s: %s', (wanted, does) => {
  expect(satisfies(parseFullIdent('core/redis/7/20240102030405'), parseIdent(wanted))).toBe(does)
})

test('the path and time of a build', () => {
  const ident = parseFullIdent('core/redis/7/20240229235958')
  expect(packagePath(ident)).toBe('hab/pkgs/core/redis/7/20240229235958')
  // date -u -d '2024-02-29 23:59:58' +%s
  expect(releaseTime(ident)).toBe(1709251198)
})

describe('the order of builds', () => {
  // Facts section 3, and the examples in the tests of Habitat's version_sort (components/core/src/package/ident.rs).
  test.each([
    ['1.0', '2.0'],
    ['2.0.0', '2.0.1'],
    ['2.1.1.4', '2.1.1.5'],
    ['1.9', '1.10'],
    ['1', '1.0.1'],
    ['20150521131346', '20150521131347'],
    ['1.0.0-alpha1', '1.0.0-alpha2'],
    ['1.0.0-alpha1000', '1.0.0-beta1'],
    ['2.1.1-alpha2', '2.1.1'],
    ['2.1.1-alpha2', '3.2.0-rc.0'],
    ['2016i', '2016j'],
    ['2016z', '2016'],
    ['1.0a', '1.0-b'],
    ['v1.9', 'v1.10'],
    ['r2', 'v10'],
    ['99999999999999999998', '99999999999999999999'],
    ['random', 'undefined'],
    ['0.1', 'master'],
    ['1..2', '1.1'],
  ])('%s before %s', (older, newer) => {
    const [a, b] = [older, newer].map(version => parseFullIdent(`core/x/${version}/20240102030405`))
    expect(compareBuilds(a!, b!)).toBeLessThan(0)
    expect(compareBuilds(b!, a!)).toBeGreaterThan(0)
    // Whatever their releases are.
    expect(compareBuilds({ ...a!, release: '20250102030405' }, b!)).toBeLessThan(0)
  })

  test.each([
    ['1.0', '1.0'],
    ['1', '1.0.0'],
    ['01.2', '1.2'],
    ['1.0-rc', '1.0rc'],
    ['master', 'master'],
  ])('%s and %s by release', (one, other) => {
    const a = parseFullIdent(`core/x/${one}/20240102030405`)
    const b = parseFullIdent(`core/x/${other}/20240102030406`)
    expect(compareBuilds(a, b)).toBeLessThan(0)
    expect(compareBuilds(b, a)).toBeGreaterThan(0)
    expect(compareBuilds(a, { ...b, release: a.release })).toBe(0)
  })
})
