import { describe, expect, test } from 'vitest'
import { compareSizes, readImageSizes, readPackageSizes, sizesFile } from '../../src/preview/sizes.ts'

function size(ident: string, packed: number) {
  return { ident, size: packed * 3, packed }
}

const BASE = {
  service: 'acme/web/1.0.0/20240101000000',
  packages: [
    size('acme/web/1.0.0/20240101000000', 100),
    size('core/glibc/2.35/20240101000000', 900),
    size('core/gone/1.0/20240101000000', 50),
    size('core/same/1.0/20240101000000', 7),
  ],
}

test("package by package, whatever the versions and the service's origin", () => {
  const own = {
    service: 'preview/web/1.0.0/20240303000000',
    packages: [
      size('core/glibc/2.36/20240303000000', 800),
      size('core/same/2.0/20240303000000', 7),
      size('core/new/1.0/20240303000000', 20),
      size('preview/web/1.0.0/20240303000000', 110),
    ],
  }
  expect(compareSizes(BASE, own)).toEqual({
    changes: [
      { name: 'core/glibc', before: 900, now: 800 },
      { name: 'core/gone', before: 50, now: 0 },
      { name: 'core/new', before: 0, now: 20 },
      { name: 'preview/web', before: 100, now: 110 },
    ],
    unchanged: 1,
    before: 1057,
    now: 937,
  })
})

test('the same image', () => {
  expect(compareSizes(BASE, BASE)).toEqual({ changes: [], unchanged: 4, before: 1057, now: 1057 })
})

test('one package in two versions counts as one', () => {
  const own = { ...BASE, packages: [...BASE.packages, size('core/glibc/2.36/20240303000000', 5)] }
  expect(compareSizes(BASE, own).changes).toEqual([{ name: 'core/glibc', before: 900, now: 905 }])
})

describe('what is kept', () => {
  test('has the branch and the package in its name', () => {
    expect(sizesFile('acme/web/1.0.0/20240101000000', 'main')).toBe('sizes-web@main.json')
  })

  test('is read back', () => {
    expect(readImageSizes(JSON.stringify(BASE))).toEqual(BASE)
  })

  test.each(['', '[]', 'null', '{"service": 1, "packages": []}', '{"service": "a", "packages": [{}]}'])(
    'is nothing of that kind: %s',
    text => {
      expect(readImageSizes(text)).toBeUndefined()
    },
  )
})

describe('the output packages', () => {
  test('is read', () => {
    expect(readPackageSizes(JSON.stringify(BASE.packages), 'packages')).toEqual(BASE.packages)
  })

  test.each(['', '{}', '[1]', '[{"ident": "core/a", "size": 1.5, "packed": 1}]', '[null]'])(
    'is none: %s',
    text => {
      expect(() => readPackageSizes(text, 'packages')).toThrow(
        expect.objectContaining({
          code: 'PACKAGE_SIZES',
          message: expect.stringMatching(/^packages is not a list/),
        }),
      )
    },
  )
})
