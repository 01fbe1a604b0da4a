import { describe, expect, test } from 'vitest'
import { parseSecretKey } from '../../../src/habitat/hab/secret-key.ts'
import { originKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'

// RFC 8032, section 7.1, test 2.
const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
const publicBytes = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex')
const encoded = Buffer.concat([seed, publicBytes]).toString('base64')
const text = `SIG-SEC-1\nacme-20240101000000\n\n${encoded}`

describe('a secret origin key', () => {
  test.each([
    ['as Habitat writes it', text],
    ['with white space around it', `\n${text}\n\n`],
    ['with the line ends of Windows', text.replaceAll('\n', '\r\n')],
  ])('%s gives its public half', (_, written) => {
    expect(parseSecretKey(written, 'origin-key')).toEqual({
      name: { origin: 'acme', revision: '20240101000000' },
      secretText: text,
      publicText: `SIG-PUB-1\nacme-20240101000000\n\n${publicBytes.toString('base64')}`,
    })
  })

  test.each([
    ['nothing', '', 'empty'],
    ['white space', ' \n', 'empty'],
    ['the public half', originKey('acme').publicKeyText, 'public half'],
    ['lines that have become one', text.replaceAll('\n', '\\n'), 'a single line'],
    ['an encryption key', text.replace('SIG-SEC', 'BOX-SEC'), 'SIG-SEC-1'],
    ['a name that is none', text.replace('acme-', '../'), 'second line'],
    ['no empty line', text.replace('\n\n', '\n'), '64 bytes'],
    ['a seed alone', text.replace(encoded, seed.toString('base64')), '64 bytes'],
    ['a line more', `${text}\nx`, '64 bytes'],
    [
      'two halves of different keys',
      text.replace(encoded, Buffer.concat([seed, seed]).toString('base64')),
      'do not match',
    ],
    ['just words', 'hunter2', 'SIG-SEC-1'],
  ])('is not %s', async (_, wrong, problem) => {
    const error = await failure((async () => parseSecretKey(wrong, 'The input origin-key'))())
    expect(error.code).toBe('KEY_FORMAT')
    expect(error.message).toContain('The input origin-key')
    expect(error.message).toContain(problem)
    for (const secret of [encoded, seed.toString('base64'), 'hunter2']) {
      expect(error.message).not.toContain(secret.slice(0, 7))
    }
  })
})
