import fc from 'fast-check'
import { expect, test } from 'vitest'
import { configuredPort } from '../../../src/habitat/config/address.ts'

test.each<[unknown, ReturnType<typeof configuredPort>]>([
  [80n, { number: 80, before: '', local: true }],
  ['65535', { number: 65535, before: '', local: true }],
  ['127.0.0.1:80', { number: 80, before: '127.0.0.1:', local: true }],
  ['web-1_a.example.com:80', { number: 80, before: 'web-1_a.example.com:', local: false }],
  ['tcp://[::1]:80', { number: 80, before: 'tcp://[::1]:', local: true }],
  ['[::10]:80', { number: 80, before: '[::10]:', local: false }],
  ['0.0.0.0.0:80', undefined],
  [0n, undefined],
  [65536n, undefined],
  [80, undefined],
  [true, undefined],
  [['127.0.0.1:80'], undefined],
  [undefined, undefined],
])('%s', (value, expected) => {
  expect(configuredPort(value as Parameters<typeof configuredPort>[0])).toEqual(expected)
})

test('nothing stands before a port that launch would not fill', () => {
  const part = fc.oneof(
    fc.constantFrom('tcp://', '127.0.0.1', '[::1]', '*', ':', '80', 'a.b', '$', '"', ' '),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), parts => {
      const found = configuredPort(parts.join(''))
      // The characters that launch.sh allows there.
      if (found) expect(found.before).toMatch(/^(?:[\][A-Za-z0-9.:*_+/-]*:)?$/)
    }),
    { seed: 20240102, numRuns: 2000 },
  )
})
