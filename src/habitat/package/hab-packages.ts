import type { Finder, Root } from './finder.ts'
import type { PackageRequest } from './request.ts'

/** Habitat's own packages in an image. */
export interface HabPackages {
  supervisor: Root
  launcher: Root
  /** The `hab` program, only if requested. */
  program?: Root
}

/**
 * Chooses Habitat's own packages. Packages that the user named take precedence. A named `hab` determines the version
 * of the supervisor, because the two must be from the same release. The origin is that of a named package; else
 * `chef`, the origin of Habitat's packages since 2.0.156, else `core`, that of 1.6.
 */
export async function habPackages(request: PackageRequest, finder: Finder): Promise<HabPackages> {
  const from = request.base
  const [program, supervisor, launcher] = await Promise.all(
    [request.hab, request.supervisor, request.launcher].map(spec =>
      spec === undefined ? undefined : finder.find(spec, from),
    ),
  )
  const named = [program, supervisor, launcher].find(root => root !== undefined)
  const origins = named ? [named.package.metadata.ident.origin] : ['chef', 'core']
  const version = program ? `/${program.package.metadata.ident.version}` : ''
  return {
    program,
    supervisor:
      supervisor ??
      (await finder.findFirst(
        origins.map(origin => `${origin}/hab-sup${version}`),
        from,
      )),
    launcher:
      launcher ??
      (await finder.findFirst(
        origins.map(origin => `${origin}/hab-launcher`),
        from,
      )),
  }
}
