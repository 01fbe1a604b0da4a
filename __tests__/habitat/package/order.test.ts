import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inDependencyOrder } from '../../../src/habitat/package/order.ts'
import { build, identOf, idents } from '../builds.ts'
import { failure } from '../reading.ts'

const id = (name: string | number) => `acme/${name}/1/20240102030405`

/** Packages by name, each with the names of what it depends on. */
function packages(graph: Record<string, string[]>, field: 'deps' | 'tdeps' = 'tdeps') {
  return Object.entries(graph).map(([name, on]) => build(id(name), { [field]: idents(...on.map(id)) }))
}

function order(graph: Record<string, string[]>, field?: 'deps' | 'tdeps'): string {
  return inDependencyOrder(packages(graph, field))
    .map(({ metadata }) => metadata.ident.name)
    .join(' ')
}

describe('the order', () => {
  test.each([
    [{}, ''],
    [{ a: [], b: [] }, 'a b'],
    [{ b: [], a: [] }, 'b a'],
    [{ a: ['b'], b: [] }, 'b a'],
    [{ a: ['b', 'c'], b: ['c'], c: [] }, 'c b a'],
    [{ a: ['b', 'c'], b: [], c: ['b'] }, 'b c a'],
    [{ a: ['d'], b: ['d'], c: [], d: [] }, 'd a b c'],
    // Of a package that is not here, nothing is known.
    [{ a: ['x', 'b'], b: [] }, 'b a'],
  ])('of %j', (graph, expected) => {
    expect(order(graph as Record<string, string[]>)).toBe(expected)
    expect(order(graph as Record<string, string[]>, 'deps')).toBe(expected)
  })

  test('has each package once, after all that it depends on', () => {
    const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 6 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(acyclic, fc.infiniteStream(fc.nat()), (edges, shuffle) => {
        const all = edges.map((on, i) =>
          build(id(i), { tdeps: i === 0 ? [] : idents(...new Set(on.map(each => id(each % i)))) }),
        )
        const given = all
          .map(each => ({ each, key: shuffle.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each)
        const places = new Map(inDependencyOrder(given).map((each, place) => [identOf(each), place]))
        expect(places.size).toBe(all.length)
        for (const { metadata } of all) {
          for (const on of metadata.tdeps) {
            expect(places.get(id(on.name))!).toBeLessThan(places.get(id(metadata.ident.name))!)
          }
        }
      }),
      { seed: 20240102, numRuns: 200 },
    )
  })

  test('of very many packages', () => {
    const chain = Array.from({ length: 2000 }, (_, i) =>
      build(id(i), { deps: i < 1999 ? idents(id(i + 1)) : [] }),
    )
    expect(inDependencyOrder(chain).map(({ metadata }) => metadata.ident.name)).toEqual(
      Array.from({ length: 2000 }, (_, i) => `${1999 - i}`),
    )
  })
})

test.each([
  [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
  [{ a: ['a'] }, ['a', 'a']],
  [{ x: ['a'], a: ['b'], b: ['c'], c: ['a'] }, ['a', 'b', 'c', 'a']],
])('a circle %j is named', async (graph, circle) => {
  const error = await failure((async () => order(graph as unknown as Record<string, string[]>))())
  expect(error.code).toBe('DEPENDENCY_CYCLE')
  expect(error.message).toContain(circle.map(id).join(' -> '))
})
