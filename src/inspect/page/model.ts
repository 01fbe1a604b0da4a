import type { ImageContents, InspectedPackage } from '../contents.ts'

/** A piece of the image: all of it, a package, a folder, or a file. */
export interface Piece {
  name: string
  /** Bytes of its own; a folder's are those of what is in it. */
  size: number
  role: Role
  children?: Piece[]
}

/** What a package is there for. */
export type Role = 'service' | 'dependency' | 'base'

/** The image as a tree: packages, then their folders and files. */
export function treeOf({ packages, generated }: ImageContents, roles: ReadonlyMap<string, Role>): Piece {
  const files = generated.filter(({ type }) => type === 'file')
  const children = packages.map(one => folderOf(one.ident, one.files, roles.get(one.ident)!))
  const rest = folderOf('root filesystem', files, 'base')
  return { name: 'image', size: 0, role: 'base', children: [...children, rest].filter(hasChildren) }
}

function hasChildren({ children = [] }: Piece): boolean {
  return children.length > 0
}

function folderOf(name: string, files: InspectedPackage['files'], role: Role): Piece {
  const top: Piece = { name, size: 0, role, children: [] }
  const folders = new Map<string, Piece>([['', top]])
  const folder = (path: string): Piece => {
    const known = folders.get(path)
    if (known) return known
    const at = path.lastIndexOf('/')
    const made: Piece = { name: path.slice(at + 1), size: 0, role, children: [] }
    folders.set(path, made)
    folder(path.slice(0, Math.max(at, 0))).children!.push(made)
    return made
  }
  for (const { path, type, size } of files) {
    if (type !== 'file') continue
    const at = path.lastIndexOf('/')
    folder(path.slice(0, Math.max(at, 0))).children!.push({ name: path.slice(at + 1), size, role })
  }
  return top
}

/** What each package is there for: the service, what it depends on, or what starts it. */
export function rolesOf({ service, packages }: ImageContents): Map<string, Role> {
  const needed = new Set(packages.find(({ ident }) => ident === service)?.tdeps)
  return new Map(
    packages.map(({ ident }) => [
      ident,
      ident === service ? 'service' : needed.has(ident) ? 'dependency' : 'base',
    ]),
  )
}

/** Packages of the service's dependency graph in layers: each below all that depend on it. */
export interface Layered {
  layers: string[][]
  edges: (readonly [from: string, to: string])[]
}

/**
 * Layers by the longest path from the service; within a layer, a package is near those that depend on it, so that
 * few edges cross (the barycentre heuristic of Sugiyama's method).
 */
export function layersOf({ service, packages }: ImageContents): Layered {
  const byIdent = new Map(packages.map(one => [one.ident, one]))
  const depsOf = (ident: string) => byIdent.get(ident)!.deps.filter(dep => byIdent.has(dep))
  // A set is visited in the order of insertion, with what is added meanwhile.
  const reached = new Set(service !== undefined && byIdent.has(service) ? [service] : [])
  for (const ident of reached) for (const dep of depsOf(ident)) reached.add(dep)
  const edges = [...reached].flatMap(ident => depsOf(ident).map(dep => [ident, dep] as const))

  const waiting = new Map([...reached].map(ident => [ident, edges.filter(([, to]) => to === ident).length]))
  const depths = new Map<string, number>()
  const ready = [...reached].filter(ident => waiting.get(ident) === 0)
  for (const ident of ready) {
    const depth = depths.get(ident) ?? 0
    depths.set(ident, depth)
    for (const dep of depsOf(ident)) {
      depths.set(dep, Math.max(depths.get(dep) ?? 0, depth + 1))
      waiting.set(dep, waiting.get(dep)! - 1)
      if (waiting.get(dep) === 0) ready.push(dep)
    }
  }
  // Packages that depend on each other cannot be built, but they can be packed by hand.
  for (const ident of reached) if (!depths.has(ident)) depths.set(ident, 0)
  const layers: string[][] = []
  for (const [ident, depth] of depths) {
    layers[depth] ??= []
    layers[depth].push(ident)
  }
  for (const layer of layers.slice(1)) {
    const place = new Map(layers.flatMap(one => one.map((ident, index) => [ident, index] as const)))
    const centre = (ident: string) => {
      const above = edges.filter(([, to]) => to === ident).map(([from]) => place.get(from)!)
      return above.reduce((sum, at) => sum + at, 0) / Math.max(above.length, 1)
    }
    const centres = new Map(layer.map(ident => [ident, centre(ident)]))
    layer.sort((a, b) => centres.get(a)! - centres.get(b)!)
  }
  return { layers, edges }
}
