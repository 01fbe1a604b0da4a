import type { FullIdent } from '../habitat/package/ident.ts'

/**
 * The package URL of a build. The specification (package-url/purl-spec) has no type for Habitat, so it is `generic`,
 * with the parts of the ident that have no place of their own as qualifiers.
 */
export function packageUrl({ origin, name, version, release }: FullIdent, target: string): string {
  return `pkg:generic/${origin}/${name}@${encodeURIComponent(version)}?release=${release}&target=${target}`
}
