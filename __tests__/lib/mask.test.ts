import { describe, expect, test } from 'vitest'
import { authorizationSecrets, maskOf } from '../../src/lib/mask.ts'

const SECRET = 'Zq8/x+W3n?R7&tL0=vB"5\nsecond LINE of it'
const mask = maskOf([SECRET])

/** Base64 of a text in which the secret stands behind other bytes, as in `user:password`. */
const encoded = (before: string) => Buffer.from(`${before}${SECRET}`).toString('base64')

describe('maskOf', () => {
  test.each([
    ['the whole', SECRET],
    ['a beginning', SECRET.slice(0, 6)],
    ['an end', SECRET.slice(-6)],
    ['a part', SECRET.slice(5, 15)],
    ['a line', 'second LINE of it'],
    ['a line, in another case', 'SECOND line of it'],
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['a part, URL-encoded', encodeURIComponent(SECRET).slice(4, 20)],
    ['as the field of a form', String(new URLSearchParams([['', SECRET]])).slice(1)],
    ['as a JSON string', JSON.stringify(SECRET).slice(1, -1)],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['a part in hex', Buffer.from(SECRET).toString('hex').slice(10, 30).toUpperCase()],
    ['in base64', encoded('')],
    ['in base64 of the web', Buffer.from(SECRET).toString('base64url')],
    ['a part in base64', encoded('').slice(9, 21)],
  ])('leaves nothing of a secret: %s', (_, repeated) => {
    expect(mask(`You sent <${repeated}>, which is wrong.`)).toBe('You sent <***>, which is wrong.')
  })

  test.each(['a', 'ab', 'abc'])('leaves nothing that can be decoded of base64 with %j before', before => {
    const shown = mask(encoded(before)).split('***')
    for (const part of shown) expect(part.length).toBeLessThan(6)
  })

  test('masks each time, and each secret', () => {
    const both = maskOf(['first-secret', 'other-token'])
    expect(both('first-secret, then other-token, then first-secret')).toBe('***, then ***, then ***')
    expect(both('first-secretother-token')).toBe('***')
  })

  test.each([
    ['text without any', 'Sold out: Zq8/x'],
    ['nothing', ''],
    ['other alphabets', 'Größe: İstanbul 漢字 🚀'],
  ])('leaves %s as it is', (_, text) => {
    expect(mask(text)).toBe(text)
  })

  test('takes a short secret as a whole, and one that is too short for none', () => {
    expect(maskOf(['pass'])('the password is pass')).toBe('the ***word is ***')
    expect(maskOf(['pass'])(btoa('me:passes'))).toBe('bWU6***2Vz')
    expect(maskOf(['abc', ''])('abc')).toBe('abc')
    expect(maskOf([])('abc')).toBe('abc')
  })
})

describe('authorizationSecrets', () => {
  test.each([
    ['Bearer abcdef', ['Bearer abcdef', 'abcdef']],
    ['token=abc=def', ['token=abc=def', 'abc=def']],
    ['abcdef', ['abcdef']],
    [
      `Basic ${btoa('me:pass:word')}`,
      [`Basic ${btoa('me:pass:word')}`, btoa('me:pass:word'), 'me:pass:word', 'pass:word'],
    ],
  ])('%s', (value, secrets) => {
    expect(authorizationSecrets(value)).toEqual(secrets)
  })
})
