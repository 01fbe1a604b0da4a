import { PackageURL } from 'packageurl-js'
import { describe, expect, test } from 'vitest'
import type { Closure, Package } from '../../src/habitat/package/package.ts'
import { sbomText } from '../../src/sbom/sbom.ts'
import { build, idents } from '../habitat/builds.ts'
import { cycloneDxProblems } from '../testkit/cyclonedx.ts'

const APP = 'acme/app/1.0+git~1/20240203040506'
const GLIBC = 'core/glibc/2.39/20240101000000'
const SUP = 'chef/hab-sup/2.1.78/20240101000000'
const SHA256 = '5a'.repeat(32)
const BLAKE2B = '2b'.repeat(32)

const glibc = build(GLIBC, { plan: { license: 'GPL-2.0-or-later LGPL-2.1-or-later' } })
const base = ['core/busybox-static', 'core/cacerts', 'chef/hab-launcher'].map(name =>
  build(`${name}/1/20240101000000`),
)
const sup = build(SUP, { deps: idents(GLIBC), tdeps: idents(GLIBC) })
const app: Package = build(APP, {
  deps: idents(GLIBC),
  tdeps: idents(GLIBC),
  runnable: true,
  plan: {
    description: 'An app',
    license: 'Apache-2.0',
    upstream: 'https://acme.example/',
    source: 'https://acme.example/app.tgz?a=[b]',
    sourceSha256: SHA256,
  },
})

function closureOf(service: Package = app, packages = [glibc, ...base, sup, service]): Closure {
  const [busybox, cacerts, launcher] = base as [Package, Package, Package]
  const target = 'x86_64-linux'
  const found = { source: 'artifact cache' }
  return {
    target,
    service,
    requested: [service],
    supervisor: sup,
    launcher,
    busybox,
    cacerts,
    packages,
    found,
  }
}

const tarballs = [{ name: 'acme-app.tgz', sha256: 'ab'.repeat(32) }]
const harts = new Map([[APP, { sha256: SHA256, blake2b256: BLAKE2B }]])
const image = { closure: closureOf(), harts, tarballs, version: '1.2.3' }

describe('the SBOM of an image', () => {
  const text = sbomText(image)
  const bom = JSON.parse(text)
  const component = (ref: string) =>
    bom.components.find((each: { 'bom-ref': string }) => each['bom-ref'] === ref)

  test('is valid CycloneDX 1.6', async () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    expect(await cycloneDxProblems(text)).toBeNull()
    // The check can fail.
    expect(await cycloneDxProblems(text.replace('"Apache-2.0"', '"Acme-2.0"'))).not.toBeNull()
  })

  test('has a component for each package, by ident', () => {
    expect(bom.components.map((each: { 'bom-ref': string }) => each['bom-ref'])).toEqual([
      APP,
      'chef/hab-launcher/1/20240101000000',
      SUP,
      'core/busybox-static/1/20240101000000',
      'core/cacerts/1/20240101000000',
      GLIBC,
    ])
    expect(component(APP)).toEqual({
      type: 'application',
      'bom-ref': APP,
      group: 'acme',
      name: 'app',
      version: '1.0+git~1',
      description: 'An app',
      licenses: [{ license: { id: 'Apache-2.0', acknowledgement: 'declared' } }],
      purl: expect.any(String),
      hashes: [
        { alg: 'SHA-256', content: SHA256 },
        { alg: 'BLAKE2b-256', content: BLAKE2B },
      ],
      externalReferences: [
        { type: 'website', url: 'https://acme.example/' },
        {
          type: 'source-distribution',
          url: 'https://acme.example/app.tgz?a=%5Bb%5D',
          hashes: [{ alg: 'SHA-256', content: SHA256 }],
        },
      ],
    })
    expect(component(SUP)).toEqual({
      type: 'library',
      'bom-ref': SUP,
      group: 'chef',
      name: 'hab-sup',
      version: '2.1.78',
      purl: expect.any(String),
    })
  })

  test('has package URLs that another reader understands', () => {
    const purl = PackageURL.fromString(component(APP).purl)
    expect(purl).toMatchObject({
      type: 'generic',
      namespace: 'acme',
      name: 'app',
      version: '1.0+git~1',
      qualifiers: { release: '20240203040506', target: 'x86_64-linux' },
    })
  })

  test('says what the image is made of, and who depends on whom', () => {
    expect(bom.metadata).toEqual({
      timestamp: '2024-02-03T04:05:06.000Z',
      tools: { components: [{ type: 'application', name: 'mesosize', version: '1.2.3' }] },
      component: {
        type: 'container',
        'bom-ref': `image:${APP}`,
        group: 'acme',
        name: 'app',
        version: '1.0+git~1',
        components: [
          {
            type: 'file',
            'bom-ref': 'file:acme-app.tgz',
            name: 'acme-app.tgz',
            hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
          },
        ],
      },
    })
    const dependsOn = new Map(
      bom.dependencies.map(({ ref, dependsOn }: { ref: string; dependsOn?: string[] }) => [ref, dependsOn]),
    )
    expect(dependsOn.get(`image:${APP}`)).toEqual([
      APP,
      SUP,
      'chef/hab-launcher/1/20240101000000',
      'core/busybox-static/1/20240101000000',
      'core/cacerts/1/20240101000000',
    ])
    expect(dependsOn.get(APP)).toEqual([GLIBC])
    expect(dependsOn.get(SUP)).toEqual([GLIBC])
    expect(dependsOn.get(GLIBC)).toBeUndefined()
  })

  test('is the same whenever the image is, whatever the order of the closure', () => {
    expect(sbomText({ ...image, closure: closureOf(app, [app, sup, ...base, glibc]) })).toBe(text)
    const other = JSON.parse(
      sbomText({ ...image, tarballs: [{ name: 'acme-app.tgz', sha256: 'cd'.repeat(32) }] }),
    )
    // RFC 9562: version 8, variant 10.
    expect(bom.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(other.serialNumber).not.toBe(bom.serialNumber)
  })

  test.each([
    [
      'hostile text',
      {
        description: '</script>"\\ \u{1f600}',
        license: '"]}<b>',
        upstream: 'https://a.example/"<>\\^`{|}%zz',
      },
    ],
    ['an expression', { license: 'MIT OR (GPL-2.0-only WITH Classpath-exception-2.0)' }],
    ['layers', {}],
  ])('is valid with %s', async (_, plan) => {
    const service = build(APP, { runnable: true, plan })
    const layers = ['a', 'b'].map(name => ({ name, sha256: SHA256 }))
    const text = sbomText({
      ...image,
      closure: closureOf(service, [service, glibc, sup, ...base]),
      tarballs: layers,
    })
    expect(await cycloneDxProblems(text)).toBeNull()
    const bom = JSON.parse(text)
    expect(bom.metadata.component.components).toHaveLength(2)
    expect(bom.components[0].description).toBe((plan as { description?: string }).description)
  })
})
