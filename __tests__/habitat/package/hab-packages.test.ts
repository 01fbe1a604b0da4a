import { describe, expect, test } from 'vitest'
import { Finder } from '../../../src/habitat/package/finder.ts'
import { habPackages } from '../../../src/habitat/package/hab-packages.ts'
import type { PackageRequest } from '../../../src/habitat/package/request.ts'
import { build, identOf, request, sourceOf } from '../builds.ts'
import { failure } from '../reading.ts'

const R = '20240102030405'
const chef = [
  `chef/hab/2.0.160/${R}`,
  `chef/hab/2.1.0/${R}`,
  `chef/hab-sup/2.0.160/${R}`,
  `chef/hab-sup/2.1.0/${R}`,
  `chef/hab-launcher/19/${R}`,
]
const core = [
  `core/hab/1.6.1243/${R}`,
  `core/hab-sup/1.6.1243/${R}`,
  `core/hab-sup/1.6.1247/${R}`,
  `core/hab-launcher/18/${R}`,
]
const own = [`acme/hab-sup/9/${R}`, `acme/hab-launcher/9/${R}`]
const hart = build(`acme/hab-sup/10/${R}`)

async function chosen(there: readonly string[], named: Partial<PackageRequest>) {
  const { source, asked } = sourceOf(
    there.map(ident => build(ident)),
    { '/sup.hart': hart },
  )
  const { supervisor, launcher, program } = await habPackages(request(named), new Finder(source))
  expect(asked.every(each => each.endsWith('https://base.example'))).toBe(true)
  return [supervisor, launcher, program].map(root => root && identOf(root.package))
}

describe("hab's own packages", () => {
  test.each<[string, string[], Partial<PackageRequest>, (string | undefined)[]]>([
    [
      'are those of chef',
      [...core, ...chef],
      {},
      [`chef/hab-sup/2.1.0/${R}`, `chef/hab-launcher/19/${R}`, undefined],
    ],
    [
      'are those of core where chef has none',
      core,
      {},
      [`core/hab-sup/1.6.1247/${R}`, `core/hab-launcher/18/${R}`, undefined],
    ],
    [
      'are of the release of a hab',
      [...core, ...chef],
      { hab: 'chef/hab/2.0.160' },
      [`chef/hab-sup/2.0.160/${R}`, `chef/hab-launcher/19/${R}`, `chef/hab/2.0.160/${R}`],
    ],
    [
      'are of the origin of a hab',
      [...core, ...chef],
      { hab: 'core/hab' },
      [`core/hab-sup/1.6.1243/${R}`, `core/hab-launcher/18/${R}`, `core/hab/1.6.1243/${R}`],
    ],
    [
      'are of the origin of a supervisor',
      [...core, ...chef],
      { supervisor: 'core/hab-sup/1.6.1243' },
      [`core/hab-sup/1.6.1243/${R}`, `core/hab-launcher/18/${R}`, undefined],
    ],
    [
      'are of the origin of a launcher',
      [...core, ...chef],
      { launcher: 'core/hab-launcher' },
      [`core/hab-sup/1.6.1247/${R}`, `core/hab-launcher/18/${R}`, undefined],
    ],
    [
      'are of the origin of a supervisor in a hart',
      [...core, ...chef, ...own],
      { supervisor: '/sup.hart' },
      [`acme/hab-sup/10/${R}`, `acme/hab-launcher/9/${R}`, undefined],
    ],
    [
      'are those that are named',
      [...core, ...chef, ...own],
      { hab: 'chef/hab', supervisor: 'acme/hab-sup', launcher: 'core/hab-launcher' },
      [`acme/hab-sup/9/${R}`, `core/hab-launcher/18/${R}`, `chef/hab/2.1.0/${R}`],
    ],
  ])('%s', async (_, there, named, expected) => {
    expect(await chosen(there, named)).toEqual(expected)
  })

  test.each<[string, string[], Partial<PackageRequest>, string]>([
    ['none at all', [], {}, 'chef/hab-sup or core/hab-sup'],
    ['no launcher', [`chef/hab-sup/1/${R}`], {}, 'chef/hab-launcher or core/hab-launcher'],
    [
      'no supervisor of the release of hab',
      chef.filter(ident => ident !== `chef/hab-sup/2.0.160/${R}`),
      { hab: 'chef/hab/2.0.160' },
      'chef/hab-sup/2.0.160',
    ],
    ['none of the name', chef, { supervisor: 'chef/sup' }, 'chef/sup'],
  ])('where there is %s', async (_, there, named, missing) => {
    const error = await failure(chosen(there, named))
    expect(error.code).toBe('PACKAGE_NOT_FOUND')
    for (const part of [missing, 'base', 'https://base.example', '--base-pkgs-channel']) {
      expect(error.message).toContain(part)
    }
  })
})
