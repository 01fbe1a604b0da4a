import { describe, expect, test } from 'vitest'
import { parseBuilderPackage } from '../../../src/habitat/builder/package.ts'
import { parseIdent } from '../../../src/habitat/package/ident.ts'

const sound = {
  id: '7',
  ident: { origin: 'core', name: 'redis', version: '7.2.4', release: '20240102030405' },
  checksum: 'ab'.repeat(32),
  target: 'x86_64-linux',
  tdeps: [{ origin: 'core', name: 'glibc', version: '2.35', release: '20240101000000' }],
  channels: ['unstable', 'stable'],
}

function parse(value: unknown, asked = 'core/redis') {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return parseBuilderPackage(
    text,
    parseIdent(asked),
    'x86_64-linux',
    'https://builder.test/v1/x',
    text => text,
  )
}

describe('parseBuilderPackage', () => {
  test('reads what is needed of it', () => {
    expect(parse(sound)).toEqual({
      ident: { origin: 'core', name: 'redis', version: '7.2.4', release: '20240102030405' },
      target: 'x86_64-linux',
      checksum: 'ab'.repeat(32),
      tdeps: [{ origin: 'core', name: 'glibc', version: '2.35', release: '20240101000000' }],
      channels: ['unstable', 'stable'],
    })
  })

  test('takes a checksum in capitals, and does without target and channels', () => {
    const { target, channels, ...rest } = sound
    expect(parse({ ...rest, checksum: 'AB'.repeat(32) })).toMatchObject({
      checksum: 'ab'.repeat(32),
      target: 'x86_64-linux',
      channels: [],
    })
  })

  test.each([
    ['no JSON', '<html>', 'it is not valid JSON'],
    ['a list', [sound], 'it is not a JSON object'],
    ['null', null, 'it is not a JSON object'],
    [
      'another origin',
      { ...sound, ident: { ...sound.ident, origin: 'evil' } },
      'ident: evil/redis/7.2.4/20240102030405 is not a build of core/redis',
    ],
    [
      'another name',
      { ...sound, ident: { ...sound.ident, name: 'rediss' } },
      'ident: core/rediss/7.2.4/20240102030405 is not a build of core/redis',
    ],
    ['no release', { ...sound, ident: { ...sound.ident, release: null } }, 'ident.release is null, not text'],
    ['a short release', { ...sound, ident: { ...sound.ident, release: '1' } }, 'must be 14 digits'],
    ['a slash in the name', { ...sound, ident: { ...sound.ident, name: '../x' } }, 'ident: "core/../x/'],
    [
      'an ident as text',
      { ...sound, ident: 'core/redis/7.2.4/20240102030405' },
      'ident is "core/redis/7.2.4/20240102030405", not a JSON object',
    ],
    ['a short checksum', { ...sound, checksum: 'ab' }, 'checksum is "ab", not 64 hex digits'],
    ['no checksum', { ...sound, checksum: undefined }, 'checksum is missing'],
    [
      'another target',
      { ...sound, target: 'x86_64-windows' },
      'target is "x86_64-windows", not x86_64-linux',
    ],
    ['no tdeps', { ...sound, tdeps: undefined }, 'tdeps is missing'],
    [
      'a partial tdep',
      { ...sound, tdeps: [{ origin: 'core', name: 'glibc' }] },
      'tdeps[0].version is missing; tdeps[0].release is missing',
    ],
    ['a hostile tdep', { ...sound, tdeps: [{ ...sound.ident, version: '..' }] }, 'tdeps[0]: "core/redis/../'],
    ['channels that are not a list', { ...sound, channels: 'stable' }, 'channels is "stable", not a list'],
  ])('refuses %s', (_, value, problem) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({
        code: 'BUILDER_ANSWER',
        message: expect.stringMatching(
          /^https:\/\/builder\.test\/v1\/x gave an unusable description of core\/redis: /,
        ),
      }),
    )
    expect(() => parse(value)).toThrow(problem)
  })

  test.each(['core/redis/7.2.5', 'core/redis/7.2.4/20240102030406'])(
    'refuses another build than %s',
    asked => {
      expect(() => parse(sound, asked)).toThrow(
        `ident: core/redis/7.2.4/20240102030405 is not a build of ${asked}`,
      )
    },
  )

  test('names several problems at once, up to a limit', () => {
    const value = { ident: {}, checksum: 'x'.repeat(10_000), tdeps: Array(1000).fill('x') }
    expect(() => parse(value)).toThrow(/ident\.origin is missing; .*; checksum is "x+…", not 64 hex digits/)
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,1500}$/s) }),
    )
  })
})
