import { expect, test } from 'vitest'
import { nameTarball, wholeImage } from '../../src/image/tarball.ts'

const ident = { origin: 'acme', name: 'web', version: '1.0~rc1', release: '20240102030405' }
const sha256 = 'ab'.repeat(32)
const packed = { path: '/staging/0', size: 1, sha256, parts: [] }

test('the tarball of a whole image is named for its service', () => {
  expect(nameTarball({ ...packed, isLayer: false }, ident)).toMatchObject({
    name: 'acme-web-1.0~rc1-20240102030405.tgz',
    file: 'acme-web-1.0~rc1-20240102030405.tgz',
    ident,
  })
})

test('a layer is named by its bytes, whatever it is made for, and lies with those of other exports', () => {
  const name = `sha256-${sha256}.tgz`
  expect(nameTarball({ ...packed, isLayer: true }, ident)).toMatchObject({ name, file: `layers/${name}` })
  expect(nameTarball({ ...packed, isLayer: true }, { ...ident, name: 'shop' }).name).toBe(name)
})

test('layers are not a whole image', () => {
  const whole = { isLayer: false }
  expect(wholeImage([whole])).toBe(whole)
  expect(wholeImage([{ isLayer: true }, { isLayer: true }])).toBeUndefined()
})
