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
  return parseBuilderPackage(text, parseIdent(asked), 'x86_64-linux', 'https://builder.test/v1/x')
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
    ['another origin', { ...sound, ident: { ...sound.ident, origin: 'evil' } }, 'it is of evil/redis/'],
    ['another name', { ...sound, ident: { ...sound.ident, name: 'rediss' } }, 'it is of core/rediss/'],
    ['no release', { ...sound, ident: { ...sound.ident, release: null } }, 'lacks an origin, name, version'],
    ['a short release', { ...sound, ident: { ...sound.ident, release: '1' } }, 'must be 14 digits'],
    ['a slash in the name', { ...sound, ident: { ...sound.ident, name: '../x' } }, 'in its ident,'],
    ['an ident as text', { ...sound, ident: 'core/redis/7.2.4/20240102030405' }, 'lacks an origin'],
    ['a short checksum', { ...sound, checksum: 'ab' }, 'its checksum "ab" is not 64 hex digits'],
    ['no checksum', { ...sound, checksum: undefined }, 'its checksum undefined'],
    ['another target', { ...sound, target: 'x86_64-windows' }, 'its target is "x86_64-windows"'],
    ['no tdeps', { ...sound, tdeps: undefined }, 'its tdeps are undefined, not a list'],
    ['a partial tdep', { ...sound, tdeps: [{ origin: 'core', name: 'glibc' }] }, 'its tdeps {"origin"'],
    ['a hostile tdep', { ...sound, tdeps: [{ ...sound.ident, version: '..' }] }, 'in its tdeps,'],
    ['channels that are no list', { ...sound, channels: 'stable' }, 'its channels are "stable"'],
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
      expect(() => parse(sound, asked)).toThrow(`it is of core/redis/7.2.4/20240102030405, not of ${asked}`)
    },
  )

  test('names several problems at once, and no more of them than can be read', () => {
    const value = { ident: {}, checksum: 'x'.repeat(10_000), tdeps: Array(1000).fill('x') }
    expect(() => parse(value)).toThrow(/lacks .*; its checksum "x+… is not .*; its tdeps/)
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,1500}$/s) }),
    )
  })
})
