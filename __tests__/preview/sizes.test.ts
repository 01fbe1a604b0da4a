import { describe, expect, test } from 'vitest'
import { compareImages, readImageSizes, readPackageSizes, sizesFile } from '../../src/preview/sizes.ts'

function size(ident: string, packed: number) {
  return { ident, size: packed * 3, packed }
}

function builds(packed: number, ...versions: string[]) {
  return { packed, versions }
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

test("package by package, whatever the service's origin", () => {
  const own = {
    service: 'preview/web/1.0.0/20240303000000',
    packages: [
      size('core/glibc/2.36/20240303000000', 800),
      size('core/same/2.0/20240303000000', 7),
      size('core/new/1.0/20240303000000', 20),
      size('preview/web/1.0.0/20240303000000', 110),
    ],
  }
  expect(compareImages(BASE, own)).toEqual({
    changes: [
      {
        name: 'core/glibc',
        before: builds(900, '2.35/20240101000000'),
        now: builds(800, '2.36/20240303000000'),
      },
      { name: 'core/gone', before: builds(50, '1.0/20240101000000'), now: builds(0) },
      { name: 'core/new', before: builds(0), now: builds(20, '1.0/20240303000000') },
      {
        name: 'preview/web',
        before: builds(100, '1.0.0/20240101000000'),
        now: builds(110, '1.0.0/20240303000000'),
      },
      { name: 'core/same', before: builds(7, '1.0/20240101000000'), now: builds(7, '2.0/20240303000000') },
    ],
    unchanged: 0,
    before: 1057,
    now: 937,
  })
})

test('the same image', () => {
  expect(compareImages(BASE, BASE)).toEqual({ changes: [], unchanged: 4, before: 1057, now: 1057 })
})

test('a package in two versions is one with both', () => {
  const own = { ...BASE, packages: [size('core/glibc/2.36/20240303000000', 5), ...BASE.packages] }
  expect(compareImages(BASE, own)).toMatchObject({
    changes: [
      {
        name: 'core/glibc',
        before: builds(900, '2.35/20240101000000'),
        now: builds(905, '2.35/20240101000000', '2.36/20240303000000'),
      },
    ],
    unchanged: 3,
  })
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

  test.each([
    ['', 'it is not valid JSON'],
    ['{}', 'it is not a list'],
    ['[1]', '[0] is 1, not a JSON object'],
    ['[{"ident": "core/a", "size": 1.5, "packed": 1}]', '[0].size is 1.5, not a whole number'],
    ['[{"ident": "core/a", "size": 1}]', '[0].packed is missing'],
    ['[null]', '[0] is null, not a JSON object'],
  ])('is none: %s', (text, problem) => {
    expect(() => readPackageSizes(text, 'packages')).toThrow(
      expect.objectContaining({
        code: 'PACKAGE_SIZES',
        message: expect.stringContaining(
          `packages is not a list of packages with their sizes: ${problem}. Write`,
        ),
      }),
    )
  })
})
