import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { resolveClosure } from '../../../src/habitat/package/closure.ts'
import { formatIdent } from '../../../src/habitat/package/ident.ts'
import type { Package } from '../../../src/habitat/package/package.ts'
import type { PackageRequest } from '../../../src/habitat/package/request.ts'
import type { PackageSource } from '../../../src/habitat/package/source.ts'
import { silent } from '../../../src/lib/report.ts'
import { listenForSignals } from '../../../src/lib/signals.ts'
import { build, identOf, idents, request, sourceOf } from '../builds.ts'
import { failure } from '../reading.ts'

const R = '20240102030405'
const glibc = build(`core/glibc/2.39/${R}`)
const busybox = build(`core/busybox-static/1.36/${R}`)
const newerBusybox = build(`core/busybox-static/1.37/${R}`)
const cacerts = build(`core/cacerts/2024/${R}`)
const sup = build(`chef/hab-sup/2.1/${R}`, {
  deps: idents(identOf(busybox)),
  tdeps: idents(identOf(busybox), identOf(glibc)),
})
const launcher = build(`chef/hab-launcher/19/${R}`, { tdeps: idents(identOf(glibc)) })
const hab = build(`chef/hab/2.1/${R}`)
const lib = build(`acme/lib/1/${R}`, { tdeps: idents(identOf(glibc)) })
const app = build(`acme/app/1.0/${R}`, {
  runnable: true,
  deps: idents(identOf(lib)),
  tdeps: idents(identOf(lib), identOf(glibc)),
})
const tool = build(`acme/tool/1/${R}`)
const base = [glibc, busybox, newerBusybox, cacerts, sup, launcher, hab, lib, app, tool]

function resolve(
  builds: readonly Package[],
  about: Partial<PackageRequest> = {},
  files?: Record<string, Package>,
) {
  return resolveClosure(request(about), sourceOf(builds, files).source, silent)
}

describe('a closure', () => {
  test('has all that is needed, once, dependencies first', async () => {
    const closure = await resolve(base)
    expect(closure).toMatchObject({
      target: 'x86_64-linux',
      service: app,
      requested: [app],
      supervisor: sup,
      launcher,
      // The one that the supervisor brings, not the newest.
      busybox,
      cacerts,
      found: { source: 'https://builder.example', channel: 'stable' },
    })
    const order = closure.packages.map(identOf)
    expect([...order].sort()).toEqual([app, lib, glibc, sup, launcher, busybox, cacerts].map(identOf).sort())
    for (const { metadata } of closure.packages) {
      for (const on of metadata.tdeps) {
        const place = order.indexOf(`${on.origin}/${on.name}/${on.version}/${on.release}`)
        expect(place).toBeLessThan(
          order.indexOf(`${metadata.ident.origin}/${metadata.ident.name}/${metadata.ident.version}/${R}`),
        )
        expect(place).toBeGreaterThanOrEqual(0)
      }
    }
  })

  // Thousands of packages that depend on each other take seconds.
  test('is checked and ordered while a signal can end the process at once', async () => {
    const before = process.listenerCount('SIGTERM')
    onTestFinished(listenForSignals(['SIGTERM']).close)
    const listening: boolean[] = []
    const watched = build(`acme/lib/1/${R}`)
    Object.defineProperty(watched.metadata, 'native', {
      get() {
        listening.push(process.listenerCount('SIGTERM') > before)
        return false
      },
    })
    await resolve([...base.filter(each => each !== lib), watched])
    expect(listening).toEqual([false])
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  })

  test('starts the first package that can be started; the others are in it too', async () => {
    const second = build(`acme/second/1/${R}`, { runnable: true })
    const closure = await resolve([...base, second], { packages: ['acme/tool', 'acme/second', 'acme/app'] })
    expect(closure.service).toBe(second)
    expect(closure.requested).toEqual([tool, second, app])
    for (const each of [tool, second, app]) expect(closure.packages).toContain(each)
  })

  test('has a package once that was asked for twice', async () => {
    const closure = await resolve(base, { packages: ['acme/app', `acme/app/1.0/${R}`] })
    expect(closure.requested).toEqual([app])
    expect(closure.packages.filter(each => each === app)).toHaveLength(1)
  })

  test('has the hab that was named, among what was asked for', async () => {
    const closure = await resolve(base, { hab: 'chef/hab' })
    expect(closure.requested).toEqual([app, hab])
    expect(closure.packages).toContain(hab)
  })

  test('comes from harts too, and from a supervisor in one', async () => {
    const own = build(`acme/hab-sup/1/${R}`, { tdeps: idents(identOf(newerBusybox)) })
    const builds = [...base, build(`acme/hab-launcher/1/${R}`)]
    const files = { '/app.hart': app, '/sup.hart': own }
    const closure = await resolve(builds, { packages: ['/app.hart'], supervisor: '/sup.hart' }, files)
    expect(closure).toMatchObject({
      service: app,
      supervisor: own,
      busybox: newerBusybox,
      found: { source: 'hart' },
    })
    expect(identOf(closure.launcher)).toBe(`acme/hab-launcher/1/${R}`)
  })

  test('takes dependencies from where their dependents come from', async () => {
    const { source, asked } = sourceOf(base)
    await resolveClosure(request(), source, silent)
    expect(asked).toContain(`open ${identOf(lib)} of https://builder.example`)
    expect(asked).toContain(`open ${identOf(cacerts)} of https://base.example`)
  })

  test('is whole even where TDEPS are not', async () => {
    const deep = build(`acme/deep/1/${R}`)
    const middle = build(`acme/middle/1/${R}`, { deps: idents(identOf(deep)) })
    const shallow = build(`acme/shallow/1/${R}`, { runnable: true, deps: idents(identOf(middle)) })
    const closure = await resolve([...base, deep, middle, shallow], { packages: ['acme/shallow'] })
    const order = closure.packages.filter(each => each.metadata.ident.origin === 'acme')
    expect(order).toEqual([deep, middle, shallow])
  })
})

describe('there is no closure', () => {
  test.each<[string, Package[], Partial<PackageRequest>, string, string[]]>([
    [
      'with nothing to start',
      base,
      { packages: ['acme/tool', 'acme/lib'] },
      'NOT_RUNNABLE',
      [identOf(tool), identOf(lib), 'hooks/run'],
    ],
    [
      'without the packages, all of which are named',
      base,
      { packages: ['acme/x', 'acme/app', 'acme/y'] },
      'PACKAGE_NOT_FOUND',
      ['acme/x', 'acme/y'],
    ],
    [
      'without supervisor',
      base.filter(each => each !== sup),
      {},
      'PACKAGE_NOT_FOUND',
      ['chef/hab-sup or core/hab-sup'],
    ],
    [
      'without cacerts',
      base.filter(each => each !== cacerts),
      {},
      'PACKAGE_NOT_FOUND',
      ['core/cacerts', 'https://base.example'],
    ],
    [
      'without dependencies, all of which are named, with who needs them',
      base.filter(each => each !== lib && each !== glibc),
      {},
      'DEPENDENCY_MISSING',
      [
        `${identOf(lib)}, which ${identOf(app)} needs`,
        `${identOf(glibc)}, which ${identOf(app)} needs`,
        'https://builder.example',
        '--artifacts',
      ],
    ],
    [
      'of two targets',
      [...base.filter(each => each !== lib), build(identOf(lib), { target: 'aarch64-linux' })],
      {},
      'TARGET_MISMATCH',
      [
        `${identOf(lib)}, which ${identOf(app)} needs, is for aarch64-linux, but the export is for x86_64-linux`,
        '--target',
      ],
    ],
    [
      'for another target',
      base,
      { target: 'aarch64-linux' },
      'TARGET_MISMATCH',
      [`${identOf(app)} is for x86_64-linux, but the export is for aarch64-linux`, identOf(sup)],
    ],
    [
      'in a circle',
      [...base.filter(each => each !== lib), build(identOf(lib), { tdeps: idents(identOf(app)) })],
      {},
      'DEPENDENCY_CYCLE',
      [[app, lib, app].map(identOf).join(' -> '), 'Build them again'],
    ],
  ])('%s', async (_, builds, about, code, parts) => {
    const error = await failure(resolve(builds, about))
    expect(error.code).toBe(code)
    for (const part of parts) expect(error.message).toContain(part)
  })
})

describe('a native package', () => {
  const native = (original: Package) => ({ ...original, metadata: { ...original.metadata, native: true } })

  async function warnings(...natives: Package[]): Promise<string[]> {
    const warn = vi.fn()
    const builds = base.map(each => (natives.includes(each) ? native(each) : each))
    await resolveClosure(request(), sourceOf(builds).source, { ...silent, warn })
    return warn.mock.calls.flat()
  }

  test.each([
    ['the service', app],
    ['a dependency', lib],
    ['a dependency of a dependency', glibc],
    ["one of hab's own", launcher],
  ])('is warned of: %s', async (_, build) => {
    const [warning, ...others] = await warnings(build)
    expect(others).toEqual([])
    expect(warning).toMatch(new RegExp(`^${identOf(build)} is a native package`))
    expect(warning).toContain('libraries of the system on the build machine, which are not in the image')
    expect(warning).toMatch(/Build without --native-package \(-N\)/)
  })

  test('is warned of once, where there are several', async () => {
    const [warning, ...others] = await warnings(app, lib)
    expect(others).toEqual([])
    for (const build of [app, lib]) expect(warning).toContain(identOf(build))
    expect(warning).toContain('are native packages')
  })

  test('is not in most closures, and one that is not needed does not count', async () => {
    expect(await warnings(tool)).toEqual([])
  })

  test.each([
    ['chain', (place: number) => [place + 1]],
    ['tree', (place: number) => Array.from({ length: 100 }, (_, index) => place * 100 + index + 1)],
  ])('of a service whose dependencies are a %s without end', async (_, neededBy) => {
    const part = (place: number) => `acme/part${place}/1/${R}`
    const { source } = sourceOf([
      ...base.filter(each => each !== app),
      build(`acme/app/1.0/${R}`, { runnable: true, deps: idents(part(0)) }),
    ])
    let opened = 0
    const endless: PackageSource = {
      ...source,
      async open(ident, from) {
        const place = /^part(\d+)$/.exec(ident.name)?.[1]
        if (place === undefined) return source.open(ident, from)
        opened++
        return build(part(Number(place)), { deps: idents(...neededBy(Number(place)).map(part)) })
      },
    }
    const error = await failure(resolveClosure(request({}), endless, silent))
    expect(error.code).toBe('DEPENDENCIES_TOO_MANY')
    expect(error.message).toMatch(/more than 2000 packages, such as acme\/part\d+/)
    expect(opened).toBeLessThan(2000)
  })

  test('of a service that needs far more than there is', async () => {
    const tdeps = idents(...Array.from({ length: 1_900 }, (_, place) => `acme/part${place}/1/${R}`))
    const needy = build(`acme/app/1.0/${R}`, { runnable: true, tdeps })
    const { source, asked } = sourceOf([...base.filter(each => each !== app), needy])
    await expect(resolveClosure(request({}), source, silent)).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: expect.stringMatching(
        /^(acme\/part\d+\/.*\n){10}After \d+ failures, 18\d\d more were not tried\.$/,
      ),
    })
    expect(asked.filter(each => each.includes('acme/part')).length).toBeLessThan(20)
  })

  test('whose packages are all of another target', async () => {
    const names = Array.from({ length: 400 }, (_, place) => `acme/part${place}/1/${R}`)
    const all = idents(...names)
    const parts = names.map(name =>
      build(name, { target: 'aarch64-linux', tdeps: all.filter(ident => formatIdent(ident) > name) }),
    )
    const needy = build(`acme/app/1.0/${R}`, { runnable: true, tdeps: all })
    const error = await failure(resolve([...base.filter(each => each !== app), needy, ...parts]))
    expect(error.code).toBe('TARGET_MISMATCH')
    expect(error.message).toContain('So are 390 more.')
    expect(error.message).toContain(' and others needs, is for aarch64-linux')
  })
})
