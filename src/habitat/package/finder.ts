import { isAbsolute } from 'node:path'
import { formatIdent, parseIdent } from './ident.ts'
import type { FoundAt, Package } from './package.ts'
import { findOrExplain } from './refusals.ts'
import type { BuilderChannel } from './request.ts'
import type { PackageSource } from './source.ts'

/** A package that a closure starts from. */
export interface Root {
  package: Package
  /** Where it and its dependencies come from. */
  from: BuilderChannel
  found: FoundAt
}

/** Finds packages by the names that users give: idents, full or partial, and absolute paths of harts. */
export class Finder {
  readonly #source: PackageSource

  constructor(source: PackageSource) {
    this.#source = source
  }

  /** @throws MesosizeError PACKAGE_NOT_FOUND */
  find(spec: string, from: BuilderChannel): Promise<Root> {
    return this.findFirst([spec], from)
  }

  async findIfThere(spec: string, from: BuilderChannel): Promise<Root | undefined> {
    if (isAbsolute(spec)) {
      return { package: await this.#source.openFile(spec), from, found: { source: 'hart' } }
    }
    const build = await this.#source.newest(parseIdent(spec), from)
    const opened = build && (await this.#source.open(build.ident, from))
    return opened && { package: opened, from, found: { source: build.source, channel: build.channel } }
  }

  /** The first of several that exists. @throws MesosizeError PACKAGE_NOT_FOUND */
  async findFirst(specs: readonly string[], from: BuilderChannel): Promise<Root> {
    const idents = specs.filter(spec => !isAbsolute(spec)).map(parseIdent)
    return findOrExplain(this.#source, idents, async () => {
      for (const spec of specs) {
        const root = await this.findIfThere(spec, from)
        if (root) return root
      }
      throw this.#source.missing(specs.join(' or '), from)
    })
  }

  /** One of Habitat's core packages: the build that some root depends on, else the newest. */
  async findTool(name: string, roots: readonly Root[], from: BuilderChannel): Promise<Root> {
    for (const root of roots) {
      const { ident, tdeps } = root.package.metadata
      const brought = [ident, ...tdeps].find(build => build.name === name)
      if (brought) return this.find(formatIdent(brought), root.from)
    }
    return this.find(`core/${name}`, from)
  }
}
