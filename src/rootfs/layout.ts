import type { Entry, Part } from '../codec/tar/entry.ts'
import { formatIdent, releaseTime } from '../habitat/package/ident.ts'
import { metadataToJson } from '../habitat/package/metadata-json.ts'
import type { Closure, Package } from '../habitat/package/package.ts'
import { launchScript } from './launch-script.ts'
import { programsOf } from './programs.ts'
import { type Member, skeleton } from './skeleton.ts'

const ROOT = 'rootfs'
/** The name of the part that is not a package. */
export const GENERATED = 'root filesystem'

/**
 * What the tarball holds: a part with everything generated (`launch` and the skeleton of `rootfs/`), then a part
 * per package in the closure's order. Generated entries carry the service's release time.
 * @throws MesosizeError PROGRAM_MISSING
 */
export function layOut(closure: Closure): readonly Part[] {
  const programs = programsOf(closure)
  const generated = new Map<string, Member>([
    ['launch', { type: 'file', mode: 0o755, text: launchScript(closure, programs) }],
    [ROOT, { type: 'directory', mode: 0o755 }],
  ])
  for (const [path, member] of skeleton(closure, programs)) generated.set(`${ROOT}/${path}`, member)

  const mtime = releaseTime(closure.service.metadata.ident)
  // By code unit, not by locale; a parent is a prefix of its children and so comes first.
  const entries = [...generated.keys()].sort().map(path => entryOf(path, generated.get(path)!, mtime))
  return [{ name: GENERATED, entries: () => entries }, ...closure.packages.map(packagePart)]
}

function entryOf(path: string, member: Member, mtime: number): Entry {
  const common = { path, mtime }
  switch (member.type) {
    case 'directory':
      return { ...common, ...member }
    case 'symlink':
      return { ...common, ...member, mode: 0o777 }
    case 'file': {
      const bytes = Buffer.from(member.text)
      return { ...common, type: 'file', mode: member.mode, size: bytes.length, content: [bytes] }
    }
  }
}

function packagePart(pkg: Package): Part {
  return {
    name: formatIdent(pkg.metadata.ident),
    cacheKey: pkg.contentKey,
    metadata: metadataToJson(pkg.metadata),
    entries: () => inRootfs(pkg.entries()),
  }
}

/** A package's entries under the names that they have in the tarball. */
export async function* inRootfs(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    const path = `${ROOT}/${entry.path}`
    yield entry.type === 'hardlink'
      ? { ...entry, path, target: `${ROOT}/${entry.target}` }
      : { ...entry, path }
  }
}
