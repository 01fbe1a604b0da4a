import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeExample } from '../../examples/make.ts'
import type { Entry } from '../../src/codec/tar/entry.ts'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import { resolveClosure } from '../../src/habitat/package/closure.ts'
import { formatIdent } from '../../src/habitat/package/ident.ts'
import type { Closure, Package } from '../../src/habitat/package/package.ts'
import { openPackages } from '../../src/habitat/sources/packages.ts'
import { divide, LAYERINGS, type Layering } from '../../src/image/layers.ts'
import type { PlannedTarball } from '../../src/image/tarball.ts'
import { silent } from '../../src/lib/report.ts'
import { layOut } from '../../src/rootfs/layout.ts'
import { request } from '../habitat/builds.ts'
import { collect, IDENTS, type Kit, makeClosure, makePackage } from '../rootfs/handmade.ts'
import { writeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'

const GENERATED = 'root filesystem'
const identOf = ({ metadata }: Package) => formatIdent(metadata.ident)

/** The names of the parts, layer by layer. */
function divided(closure: Closure, layering: Layering): string[][] {
  return divide(layOut(closure), closure, layering).map(({ parts }) => parts.map(({ name }) => name))
}

/** A closure in which another package than usual is the service. */
function serving(service: Package, kit: Kit = {}): Closure {
  const usual = makeClosure(kit)
  const others = usual.packages.filter(each => each !== usual.service)
  return { ...usual, service, requested: [service, ...(kit.requested ?? [])], packages: [...others, service] }
}

const redis = makePackage('core/redis/7.2.4/20240202000000', { runnable: true })
const zlib = makePackage('core/zlib/1.3/20240101000000')
const library = makePackage('example/library/2.0/20240201000000')
const plugin = makePackage('shop/plugin/0.1/20240201000000')
const theme = makePackage('shop/theme/0.1/20240201000000')
const BASE = [IDENTS.busybox, IDENTS.cacerts, IDENTS.launcher, IDENTS.supervisor]

describe('auto', () => {
  test.each<[string, Closure, first: string[], second: string[]]>([
    ['a service alone', makeClosure(), [IDENTS.service], BASE],
    [
      "what comes from the service's origin",
      makeClosure({ others: [zlib, library] }),
      [identOf(library), IDENTS.service],
      [...BASE, identOf(zlib)],
    ],
    [
      'what comes from the origin of another requested package',
      makeClosure({ others: [zlib, theme, plugin], requested: [plugin] }),
      [identOf(theme), identOf(plugin), IDENTS.service],
      [...BASE, identOf(zlib)],
    ],
    [
      'not what only comes along',
      makeClosure({ others: [theme, plugin] }),
      [IDENTS.service],
      [...BASE, identOf(theme), identOf(plugin)],
    ],
    [
      "the service alone, where its origin is also that of Habitat's own",
      serving(redis, { others: [zlib] }),
      [identOf(redis)],
      [...BASE, identOf(zlib)],
    ],
    [
      'the service alone, where its origin is that of the launcher',
      serving(makePackage('chef/automate/1/20240202000000', { runnable: true }), { others: [zlib] }),
      ['chef/automate/1/20240202000000'],
      [...BASE, identOf(zlib)],
    ],
  ])('the first layer has %s', (_, closure, first, second) => {
    expect(divided(closure, 'auto')).toEqual([[GENERATED, ...first], second])
  })

  test.each(['supervisor', 'launcher', 'busybox', 'cacerts'] as const)(
    "Habitat's own stay in the second layer, where the %s is built beside the service",
    role => {
      const own = makePackage(`example/own-${role}/1/20240101000000`, {
        binaries: ['bin/busybox', 'bin/hab-sup', 'bin/hab-launch'],
      })
      const usual = makeClosure({ others: [library] })
      const packages = usual.packages.map(each => (each === usual[role] ? own : each))
      const [first, second] = divided({ ...usual, [role]: own, packages }, 'auto')
      expect(first).toEqual([GENERATED, IDENTS.service])
      expect(second).toContain(identOf(own))
      expect(second).toContain(identOf(library))
    },
  )
})

describe('package', () => {
  test('each package has a layer, in the order of the closure', () => {
    expect(divided(makeClosure({ others: [zlib, library] }), 'package')).toEqual(
      [GENERATED, ...BASE, identOf(zlib), identOf(library), IDENTS.service].map(name => [name]),
    )
  })

  /** Packages of sizes that rise and fall, so that the smallest are not together. */
  function many(count: number): { closure: Closure; sizes: Map<string, number> } {
    const others = Array.from({ length: count - BASE.length - 1 }, (_, n) =>
      makePackage(`many/package-${n}/1/20240101000000`, { size: 1000 + ((n * 7919) % 1009) }),
    )
    const large = { size: 1_000_000 }
    const closure = makeClosure({
      others,
      service: large,
      launcher: large,
      supervisor: large,
      busybox: large,
    })
    return {
      closure,
      sizes: new Map(closure.packages.map(each => [identOf(each), each.metadata.size])),
    }
  }

  // Of at most 150 layers one is the generated one.
  test.each([
    [148, 149, 0],
    [149, 150, 0],
    [150, 150, 2],
    [151, 150, 3],
    [400, 150, 252],
    [1000, 150, 852],
  ])('%i packages are %i layers, of which one holds the %i smallest', (count, layers, shared) => {
    const { closure, sizes } = many(count)
    const all = divided(closure, 'package')
    expect(all).toHaveLength(layers)
    expect(all[0]).toEqual([GENERATED])
    expect(all.flat().sort()).toEqual([GENERATED, ...sizes.keys()].sort())

    const several = all.filter(layer => layer.length > 1)
    expect(several.map(layer => layer.length)).toEqual(shared ? [shared] : [])
    const sizesOf = (names: string[]) => names.map(name => sizes.get(name)!)
    const single = all.slice(1).filter(layer => layer.length === 1)
    const largestShared = Math.max(...sizesOf(several.flat()))
    expect(sizesOf(single.flat()).filter(size => size < largestShared)).toEqual([])
  })

  test('which packages share a layer does not depend on the order of the closure', () => {
    const { closure } = many(300)
    const sharedOf = (each: Closure) => divided(each, 'package').find(layer => layer.length > 1)!
    const { service, packages } = closure
    const turned = {
      ...closure,
      packages: [...packages.filter(each => each !== service).toReversed(), service],
    }
    expect(sharedOf(turned).toSorted()).toEqual(sharedOf(closure).toSorted())
  })
})

describe.each(LAYERINGS)('%s', layering => {
  test('every part is in one layer, what is generated first, and no layer is empty', () => {
    const closure = makeClosure({ others: [zlib, library, theme, plugin], requested: [plugin] })
    const parts = layOut(closure)
    const tarballs = divide(parts, closure, layering)
    expect(tarballs.map(({ isLayer }) => isLayer)).not.toContain(false)
    const layers = tarballs.map(layer => layer.parts)
    expect(layers.filter(layer => layer.length === 0)).toEqual([])
    expect(layers[0]![0]).toBe(parts[0])
    expect(new Set(layers.flat())).toEqual(new Set(parts))
    expect(layers.flat()).toHaveLength(parts.length)
  })
})

describe('the layers of real harts', () => {
  const RELEASE = '20240102030405'
  const specs: PackageSpec[] = [
    { ident: `acme/library/1.0/${RELEASE}`, files: { 'lib/a.so': 'a', lib64: { symlink: 'lib' } } },
    // Two builds of one version, which have the same parents.
    { ident: 'acme/library/1.0/20240303030303', files: { 'lib/a.so': 'b' } },
    {
      ident: `other/theme/1.0/${RELEASE}`,
      files: {
        'css/site.css': 'body {}',
        'css/twin.css': { hardlink: 'css/site.css' },
        css2: { symlink: 'css' },
        'own/dir': { directory: true, mode: 0o750, uid: 42, gid: 42 },
      },
      deps: ['acme/library/1.0/20240303030303'],
    },
    {
      ident: `acme/web/1.0/${RELEASE}`,
      files: {
        'hooks/run': '#!/bin/sh\n',
        'bin/web': '#!/bin/sh\n',
        lib: { symlink: `/hab/pkgs/acme/library/1.0/${RELEASE}/lib` },
        etc: { symlink: '/etc' },
        up: { symlink: '../../../..' },
        'share/größe': '1',
      },
      deps: [`acme/library/1.0/${RELEASE}`, `other/theme/1.0/${RELEASE}`],
      tdeps: [`acme/library/1.0/${RELEASE}`, `other/theme/1.0/${RELEASE}`, 'acme/library/1.0/20240303030303'],
    },
  ]

  let folder: string
  let closure: Closure
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'))
    await makeExample({ artifactsDir: folder, keysDir: folder })
    for (const spec of specs) {
      const key = originKey(spec.ident.split('/')[0]!)
      await writeHart(folder, { key, package: spec })
      await writePublicKey(folder, key)
    }
    const wanted = request({
      packages: [`acme/web/1.0/${RELEASE}`],
      supervisor: 'stand-in/hab-sup',
      launcher: 'stand-in/hab-launcher',
      artifacts: [folder],
      keys: [folder],
    })
    const nobody = () => Promise.reject(new TypeError('nobody answers'))
    const packages = openPackages(wanted, {
      ...{ fetch: nobody, decodeXz, report: silent, home: folder, isRoot: false, temporary: folder },
    })
    closure = await resolveClosure(wanted, packages, silent)
  })
  afterAll(() => rm(folder, { recursive: true }))

  const entriesOf = async (layers: readonly PlannedTarball[]) =>
    Promise.all(
      layers.map(async layer => {
        const entries: Entry[] = []
        // Unpacking reads what is in a file; here it is passed over.
        for (const part of layer.parts) {
          for await (const entry of part.entries()) {
            if (entry.type === 'file') await collect(entry.content)
            entries.push(entry)
          }
        }
        return entries
      }),
    )

  test.each(LAYERINGS)(
    '%s: can be unpacked one after the other to what the single tarball is',
    async layering => {
      const parts = layOut(closure)
      const layers = await entriesOf(divide(parts, closure, layering))
      expect(layers.length).toBeGreaterThan(1)
      expect(problemsOf(layers)).toEqual([])
      const [whole] = await entriesOf(divide(parts, closure, undefined))
      const paths = (entries: readonly Entry[]) => entries.map(({ path }) => path).sort()
      expect(paths(layers.flat())).toEqual(paths(whole!))
      // The packages are among them.
      for (const { ident } of specs) expect(paths(layers.flat())).toContain(`rootfs/hab/pkgs/${ident}/IDENT`)
    },
  )

  test('which would otherwise be reported', () => {
    const made = { mode: 0o755, mtime: 0 }
    const folder = (path: string): Entry => ({ ...made, path, type: 'directory' })
    const link = (path: string): Entry => ({ ...made, path, type: 'symlink', target: 'a' })
    expect(problemsOf([[folder('a'), folder('a/b')], [folder('a/b')]])).toEqual(['a/b is in 0 and 1'])
    expect(problemsOf([[folder('a'), link('l')], [folder('l/x')]])).toContain('l/x is below the symlink l')
    expect(problemsOf([[folder('l/x')], [folder('a'), link('l')]])).toContain('l/x is below the symlink l')
    expect(problemsOf([[], [folder('a')], [folder('a/b')]])).toEqual([
      'a/b comes before its parent, or without',
    ])
    expect(problemsOf([[], [folder('a/b'), folder('a')]])).toEqual([
      'a/b comes before its parent, or without',
    ])
  })

  /** What is wrong with layers that no agent may unpack. */
  function problemsOf(layers: readonly (readonly Entry[])[]): string[] {
    const problems: string[] = []
    const at = new Map<string, number>()
    const links = new Set(layers.flat().flatMap(({ type, path }) => (type === 'symlink' ? [path] : [])))
    for (const [index, entries] of layers.entries()) {
      for (const { path } of entries) {
        const before = at.get(path)
        if (before !== undefined) problems.push(`${path} is in ${before} and ${index}`)
        at.set(path, index)
        const parent = dirname(path)
        if (parent === '.') continue
        const above = at.get(parent)
        if (above !== 0 && above !== index) problems.push(`${path} comes before its parent, or without`)
        for (let up = parent; up !== '.'; up = dirname(up)) {
          if (links.has(up)) problems.push(`${path} is below the symlink ${up}`)
        }
      }
    }
    return problems
  }
})
