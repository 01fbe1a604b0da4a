import { createHash } from 'node:crypto'
import { ComponentType, ExternalReferenceType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums'
import {
  Bom,
  BomRefRepository,
  Component,
  ComponentRepository,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
  Metadata,
  Tools,
} from '@cyclonedx/cyclonedx-library/Models'
import { JSON as CycloneDxJson, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import { dashedIdent, type FullIdent, formatIdent, releaseTime } from '../habitat/package/ident.ts'
import type { PlanDescription } from '../habitat/package/manifest.ts'
import type { Closure, HartDigests, Package } from '../habitat/package/package.ts'
import { declaredLicenses } from './licenses.ts'
import { packageUrl } from './purl.ts'

export interface SbomImage {
  closure: Closure
  /** Of the harts of packages, by ident, as far as there are harts. */
  harts: ReadonlyMap<string, HartDigests>
  /** In the order in which agents unpack them; SHA-256 in lower-case hex. */
  tarballs: readonly { name: string; sha256: string }[]
  /** Mesosize's. */
  version: string
}

/** The name of an image's SBOM; the suffix is CycloneDX's own. */
export function sbomName(ident: FullIdent): string {
  return `${dashedIdent(ident)}.cdx.json`
}

/**
 * What is in an image, as CycloneDX 1.6 in JSON (ECMA-424): a component for each package, and the image itself as the
 * component of the metadata, with its tarballs. The same image always has the same text, so its time is that of the
 * service's release, and its serial number is derived from everything else in it.
 */
export function sbomText(image: SbomImage): string {
  const components = new Map(
    image.closure.packages
      .map(each => [formatIdent(each.metadata.ident), each] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([ident, each]) => [ident, packageComponent(ident, each, image.harts.get(ident))] as const),
  )
  const refsOf = (idents: readonly FullIdent[]) =>
    new BomRefRepository(idents.map(ident => components.get(formatIdent(ident))!.bomRef))
  for (const { metadata } of image.closure.packages) {
    components.get(formatIdent(metadata.ident))!.dependencies = refsOf(metadata.deps)
  }
  const component = imageComponent(image)
  component.dependencies = refsOf(rootsOf(image.closure).map(({ metadata }) => metadata.ident))

  const { ident } = image.closure.service.metadata
  const bom = new Bom({
    metadata: new Metadata({
      timestamp: new Date(releaseTime(ident) * 1000),
      tools: new Tools({
        components: new ComponentRepository([
          new Component(ComponentType.Application, 'mesosize', { version: image.version }),
        ]),
      }),
      component,
    }),
    components: new ComponentRepository(components.values()),
  })
  // Not sorted by the library, whose order depends on the machine's language.
  const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6))
  const write = () => `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`
  bom.serialNumber = `urn:uuid:${uuidOf(write())}`
  return write()
}

/** The image: not the service's package, which is in it like all others. */
function imageComponent({ closure: { service }, tarballs }: SbomImage): Component {
  const { ident } = service.metadata
  return new Component(ComponentType.Container, ident.name, {
    bomRef: `image:${formatIdent(ident)}`,
    group: ident.origin,
    version: ident.version,
    components: new ComponentRepository(
      tarballs.map(
        ({ name, sha256 }) =>
          new Component(ComponentType.File, name, {
            bomRef: `file:${name}`,
            hashes: new HashDictionary([[HashAlgorithm['SHA-256'], sha256]]),
          }),
      ),
    ),
  })
}

function packageComponent(bomRef: string, { metadata }: Package, hart: HartDigests | undefined): Component {
  const { ident, target, runnable, plan } = metadata
  return new Component(runnable ? ComponentType.Application : ComponentType.Library, ident.name, {
    bomRef,
    group: ident.origin,
    version: ident.version,
    description: plan.description,
    hashes: hart && hartHashes(hart),
    licenses: plan.license === undefined ? undefined : declaredLicenses(plan.license),
    purl: packageUrl(ident, target),
    externalReferences: references(plan),
  })
}

function hartHashes({ sha256, blake2b256 }: HartDigests): HashDictionary {
  return new HashDictionary([
    [HashAlgorithm['SHA-256'], sha256],
    [HashAlgorithm['BLAKE2b-256'], blake2b256],
  ])
}

function references({ upstream, source, sourceSha256 }: PlanDescription): ExternalReferenceRepository {
  const references = new ExternalReferenceRepository()
  if (upstream) references.add(new ExternalReference(upstream, ExternalReferenceType.Website))
  if (source) {
    const hashes = new HashDictionary()
    if (sourceSha256) hashes.set(HashAlgorithm['SHA-256'], sourceSha256)
    references.add(new ExternalReference(source, ExternalReferenceType.SourceDistribution, { hashes }))
  }
  return references
}

/** The packages that are in the image because somebody asked for them, or because every image needs them. */
function rootsOf({ requested, supervisor, launcher, busybox, cacerts }: Closure): Package[] {
  return [...requested, supervisor, launcher, busybox, cacerts]
}

/** A UUID of version 8, which is for contents of one's own (RFC 9562). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
