import { describe, expect, test } from 'vitest'
import { Finder, type Root } from '../../../src/habitat/package/finder.ts'
import type { Package } from '../../../src/habitat/package/package.ts'
import { build, identOf, idents, sourceOf } from '../builds.ts'
import { failure } from '../reading.ts'

const from = { url: 'https://builder.example', channel: 'stable' }
const other = { url: 'https://other.example', channel: 'base' }
const app = build('acme/app/1.0/20240102030405')
const newer = build('acme/app/1.1/20240102030405')

describe('a package is found', () => {
  const { source } = sourceOf([app, newer], { '/some.hart': app })
  const finder = new Finder(source)
  test.each([
    ['acme/app', newer, { source: from.url, channel: 'stable' }],
    ['acme/app/1.0', app, { source: from.url, channel: 'stable' }],
    ['acme/app/1.0/20240102030405', app, { source: from.url, channel: 'stable' }],
    ['/some.hart', app, { source: 'hart' }],
  ])('by %s', async (spec, expected, found) => {
    expect(await finder.find(spec, from)).toEqual({ package: expected, from, found })
  })

  test('as the first that exists', async () => {
    const root = await finder.findFirst(['acme/none', 'acme/app/1.0', 'acme/app'], from)
    expect(root.package).toBe(app)
  })
})

describe('a package that is not there', () => {
  const finder = new Finder(sourceOf([app]).source)
  test.each([
    ['acme/none', () => finder.find('acme/none', from)],
    ['acme/app/2.0', () => finder.find('acme/app/2.0', from)],
    ['acme/app/1.0/20250102030405', () => finder.find('acme/app/1.0/20250102030405', from)],
    ['acme/a or acme/b', () => finder.findFirst(['acme/a', 'acme/b'], from)],
  ])('%s is named, with where it was looked for', async (named, find) => {
    const error = await failure(find())
    expect(error.code).toBe('PACKAGE_NOT_FOUND')
    for (const part of [named, 'stable', from.url, '--channel', '--artifacts']) {
      expect(error.message).toContain(part)
    }
  })

  test('may be asked for', async () => {
    expect(await finder.findIfThere('acme/none', from)).toBeUndefined()
  })

  test('is not an ident', async () => {
    expect((await failure(finder.find('acme', from))).code).toBe('IDENT_INVALID')
  })
})

describe('a tool', () => {
  const brought = build('core/cacerts/2023/20230102030405')
  const latest = build('core/cacerts/2024/20240102030405')
  const root = (named: Package, whence = from): Root => ({
    package: named,
    from: whence,
    found: { source: 'x' },
  })

  test('is the build that a root brings along, from where the root is', async () => {
    const { source, asked } = sourceOf([brought, latest])
    const sup = build('core/hab-sup/1/20240102030405', {
      tdeps: idents('core/glibc/1/20240102030405', identOf(brought)),
    })
    const found = await new Finder(source).findTool('cacerts', [root(app), root(sup, other)], from)
    expect(found.package).toBe(brought)
    expect(asked.every(each => each.endsWith(other.url))).toBe(true)
  })

  test('is the root itself', async () => {
    const found = await new Finder(sourceOf([brought, latest]).source).findTool(
      'cacerts',
      [root(brought)],
      from,
    )
    expect(found.package).toBe(brought)
  })

  test('is the newest of core where none is brought along', async () => {
    const { source, asked } = sourceOf([brought, latest, build('acme/cacerts/9/20240102030405')])
    const found = await new Finder(source).findTool('cacerts', [root(app)], other)
    expect(found.package).toBe(latest)
    expect(asked[0]).toBe('core/cacerts in base of https://other.example')
  })
})
