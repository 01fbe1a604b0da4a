import type { Finder, Root } from './finder.ts'
import type { PackageRequest } from './request.ts'

/** Hab's own packages in an image. */
export interface HabPackages {
  supervisor: Root
  launcher: Root
  /** The `hab` program, only where it was asked for. */
  program?: Root
}

/**
 * Chooses hab's own packages. What a person names wins. A named `hab` brings the supervisor of its own version,
 * because the two must be of one release. The origin is that of what was named; else `chef`, where hab's
 * packages have been since 2.0.156, else `core`, where those of 1.6 are.
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
