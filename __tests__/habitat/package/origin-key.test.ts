import { describe, expect, test } from 'vitest'
import {
  formatKeyName,
  parseKeyName,
  parsePublicKey,
  verifySignature,
} from '../../../src/habitat/package/origin-key.ts'
import { originKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'

describe('the name of a key', () => {
  test.each([
    ['core-20160810182414', { origin: 'core', revision: '20160810182414' }],
    ['a-b-20160810182414', { origin: 'a-b', revision: '20160810182414' }],
    // Greedy, as Habitat's pattern is.
    ['a-20160810182414-20170810182414', { origin: 'a-20160810182414', revision: '20170810182414' }],
  ])('%s', (text, name) => {
    expect(parseKeyName(text)).toEqual(name)
    expect(formatKeyName(name)).toBe(text)
  })

  test.each([
    '',
    'core',
    'core-2016',
    '-20160810182414',
    'core-20160810182414\n',
    'core-201608101824140',
    '../core-20160810182414',
    'Core-20160810182414',
    `${'o'.repeat(256)}-20160810182414`,
  ])('is not %j', text => expect(parseKeyName(text)).toBeUndefined())
})

describe('a public key', () => {
  // RFC 8032, section 7.1, test 2: key, message and signature.
  const bytes = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex')
  const signature = Buffer.from(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'hex',
  )
  const encoded = bytes.toString('base64')
  const text = `SIG-PUB-1\nacme-20240101000000\n\n${encoded}`

  test.each([
    ['as Habitat writes it', text],
    ['with a newline at its end', `${text}\n`],
    ['with the line ends of Windows', text.replaceAll('\n', '\r\n')],
  ])('%s verifies what its other half signed', (_, written) => {
    const key = parsePublicKey(written, 'here')
    expect(key.name).toEqual({ origin: 'acme', revision: '20240101000000' })
    expect(verifySignature(key, Buffer.from('r'), signature)).toBe(true)
    expect(verifySignature(key, Buffer.from('s'), signature)).toBe(false)
    expect(verifySignature(key, Buffer.from('r'), signature.subarray(1))).toBe(false)
    expect(verifySignature(key, Buffer.from('r'), Buffer.alloc(64))).toBe(false)
  })

  test.each([
    ['nothing', ''],
    ['a secret key', originKey('acme').secretKeyText],
    ['an encryption key', text.replace('SIG-PUB', 'BOX-PUB')],
    ['another version', text.replace('PUB-1', 'PUB-2')],
    ['a name that is none', text.replace('acme-', '../')],
    ['no empty line', text.replace('\n\n', '\n')],
    ['something in the empty line', text.replace('\n\n', '\nx\n')],
    ['31 bytes', text.replace(encoded, bytes.subarray(1).toString('base64'))],
    ['33 bytes', text.replace(encoded, Buffer.concat([bytes, bytes.subarray(31)]).toString('base64'))],
    ['no base64', text.replace(encoded, '!'.repeat(44))],
    ['a line more', `${text}\nx`],
    ['a web page', '<!doctype html>\n<title>x</title>'],
  ])('is not %s', async (_, wrong) => {
    const error = await failure((async () => parsePublicKey(wrong, '/keys/acme.pub'))())
    expect(error.code).toBe('KEY_FORMAT')
    expect(error.message).toContain('/keys/acme.pub')
    // Whoever put a secret key there must not find it in a log.
    expect(error.message).not.toContain(originKey('acme').secretKeyText.split('\n')[3])
  })
})
