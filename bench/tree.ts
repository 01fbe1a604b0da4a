import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { copyFile, link, lutimes, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeHart } from '../__tests__/testkit/hart.ts'
import { originKey, writePublicKey } from '../__tests__/testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../__tests__/testkit/package-entries.ts'
import { examplePackages } from '../examples/make.ts'

/** The size of the tree, and the compression of its harts. */
export interface TreeSize {
  packages: number
  bytes: number
  /** Options of xz; without them there are no harts. */
  xz?: readonly string[]
}

/** Packages as `hab pkg install` installs them, and the same packages as harts. */
export interface Tree extends TreeSize {
  /** The folder that contains hab/pkgs. */
  root: string
  artifacts: string
  keys: string
  /** The ident of the service, which depends on all others. */
  ident: string
  /** The same packages, except for new releases of a medium-sized one and of the service that depends on it. */
  next: { root: string; ident: string }
  /** The same packages, except for a new release of the service. */
  rebuilt: { root: string; ident: string }
  files: number
  /** Size of all files, bytes; about the requested size. */
  content: number
}

/** `xz -6`, as Habitat's builder compresses. */
export const XZ = ['-6', '--threads=0']
/** For trees of which only the unpacking time matters: the same dictionary, and so the same memory. */
export const QUICK_XZ = ['--threads=0', '--lzma2=preset=0,dict=8MiB']

const RELEASE = '20240101000000'
const NEXT_RELEASE = '20240102000000'
const REBUILT_RELEASE = '20240103000000'
/** Programs, libraries and their data, but not manuals, which packages of services do not have. */
const SOURCES = ['/usr/bin', '/usr/include', '/usr/lib', '/usr/libexec']
/** A single vendor's tree, or a single file, must not make up the whole. */
const LARGEST_SHARE = 1 / 8
const LARGEST_FILE = 32e6

interface Source {
  path: string
  size: number
}

/**
 * Makes packages from what is installed on this machine, each from a run of neighbouring files. As with a real service,
 * a few are large and many are small. They are made once for each size, and reused.
 * @param folder where trees are kept
 */
export async function makeTree(folder: string, size: TreeSize): Promise<Tree> {
  const name = `${size.packages}-packages-${size.bytes}-bytes${size.xz ? `-xz${size.xz.join('')}` : ''}`
  const top = join(folder, name.replaceAll('=', ''))
  const manifest = join(top, 'tree.json')
  try {
    return JSON.parse(readFileSync(manifest, 'utf8'))
  } catch {
    // Not made yet, or incomplete.
  }
  await rm(top, { recursive: true, force: true })
  const [root, artifacts, keys] = ['root', 'artifacts', 'keys'].map(name => join(top, name)) as [
    string,
    string,
    string,
  ]
  await mkdir(artifacts, { recursive: true })
  const contents = distribute(listSources(size.bytes * LARGEST_SHARE), size)
  const idents = partIdents(contents.length)
  const specs = [
    ...examplePackages().filter(spec => spec.ident.startsWith('stand-in/')),
    ...idents.map(ident => ({ ident })),
    service(RELEASE, idents),
  ]
  for (const spec of specs) await installSpec(root, spec)
  for (const [index, sources] of contents.entries()) {
    await copySources(sources, join(root, 'hab/pkgs', idents[index]!))
  }
  const next = join(top, 'next')
  const changed = await makeNext(root, next, idents, contents)
  if (size.xz) {
    for (const origin of ['own', 'bench', 'stand-in']) await writePublicKey(keys, originKey(origin))
    for (const { ident } of [...specs, ...changed]) await writeHart(next, artifacts, ident, size.xz)
  }
  const tree: Tree = {
    ...size,
    root,
    artifacts,
    keys,
    ident: service(RELEASE, idents).ident,
    next: { root: next, ident: service(NEXT_RELEASE, idents).ident },
    rebuilt: { root: next, ident: service(REBUILT_RELEASE, idents).ident },
    files: contents.flat().length,
    content: sizeOf(contents.flat()),
  }
  await writeFile(manifest, JSON.stringify(tree))
  return tree
}

/** The packages of a tree, without the service and Habitat's own. */
export function partIdents(packages: number): string[] {
  return Array.from({ length: packages }, (_, index) => `bench/part-${index}/1.0.0/${RELEASE}`)
}

/** The service, which depends on all others. It has its own origin, as usual for a team that builds little else. */
function service(release: string, deps: readonly string[]): PackageSpec {
  return {
    ident: `own/service/1.0.0/${release}`,
    deps,
    files: { 'hooks/run': '#!/bin/sh\nexec sleep infinity\n' },
  }
}

/** Makes a root with new releases. @returns the new packages */
async function makeNext(
  root: string,
  next: string,
  idents: readonly string[],
  contents: readonly (readonly Source[])[],
): Promise<PackageSpec[]> {
  // Copied, not hard-linked: real packages have few hard links, and each takes time to pack.
  execFileSync('cp', ['-a', root, next])
  const bySize = idents.map((ident, index) => ({ ident, index, size: sizeOf(contents[index]!) }))
  const median = bySize.toSorted((a, b) => a.size - b.size)[bySize.length >> 1]!
  const ident = median.ident.replace(RELEASE, NEXT_RELEASE)
  const changed = [
    { ident, files: { 'new-file': 'new\n' } },
    service(
      NEXT_RELEASE,
      idents.map(each => (each === median.ident ? ident : each)),
    ),
    service(REBUILT_RELEASE, idents),
  ]
  for (const spec of changed) await installSpec(next, spec)
  await copySources(contents[median.index]!, join(next, 'hab/pkgs', ident))
  return changed
}

/** Files and symlinks in order of their names, at most this many bytes of each folder below /usr/*. */
function listSources(shareLimit: number): Source[] {
  const found: Source[] = []
  const shares = new Map<string, number>()
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      if (!entry.isFile() && !entry.isSymbolicLink()) continue
      const { size } = lstatSync(path)
      const share = path.split('/', 4).join('/')
      const taken = (shares.get(share) ?? 0) + size
      if (size > LARGEST_FILE || taken > shareLimit) continue
      shares.set(share, taken)
      found.push({ path, size })
    }
  }
  SOURCES.forEach(walk)
  return found
}

/** A run of sources for each package; the runs begin at equal distances in bytes, and wrap around at the end. */
function distribute(sources: readonly Source[], { packages, bytes }: TreeSize): Source[][] {
  // Zipf's law, scattered by a prime so that large and small ones alternate.
  const weights = Array.from({ length: packages }, (_, index) => (((index * 7919) % packages) + 1) ** -0.8)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const distance = sizeOf(sources) / packages
  let start = 0
  let passed = 0
  return weights.map((weight, index) => {
    while (passed < index * distance) passed += sources[start++]!.size
    const wanted = (bytes * weight) / total
    const run: Source[] = []
    for (let at = start, size = 0; size < wanted && at < start + sources.length; at++) {
      const source = sources[at % sources.length]!
      // Otherwise a package that should be small could consist of one large file.
      if (size + source.size > 1.5 * wanted) continue
      run.push(source)
      size += source.size
    }
    return run
  })
}

async function installSpec(root: string, spec: PackageSpec): Promise<void> {
  for (const entry of packageEntries(spec)) {
    const path = join(root, entry.path)
    await mkdir(dirname(path), { recursive: true })
    if (entry.type === 'directory') await mkdir(path, { recursive: true })
    else if (entry.type === 'symlink') await symlink(entry.linkname!, path)
    else if (entry.type === 'link') await link(join(root, entry.linkname!), path)
    else await writeFile(path, entry.content ?? '', { mode: entry.mode })
  }
}

async function copySources(sources: readonly Source[], folder: string): Promise<void> {
  for (const { path } of sources) {
    const stats = lstatSync(path)
    const target = join(folder, path.slice('/usr/'.length))
    await mkdir(dirname(target), { recursive: true })
    if (stats.isSymbolicLink()) {
      await symlink(readlinkSync(path), target)
      await lutimes(target, stats.atime, stats.mtime)
    } else {
      await copyFile(path, target)
      await utimes(target, stats.atime, stats.mtime)
    }
  }
}

async function writeHart(
  root: string,
  artifacts: string,
  ident: string,
  xz: readonly string[],
): Promise<void> {
  const tar = ['-c', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner', '--sort=name', '-C', root]
  // Through the shell, because the tar of a large package is larger than a Buffer of this process should be.
  const body = execFileSync(
    'sh',
    ['-c', `tar "$@" | xz ${xz.join(' ')}`, 'sh', ...tar, `hab/pkgs/${ident}`],
    {
      maxBuffer: 2 ** 32,
    },
  )
  const key = originKey(ident.split('/')[0]!)
  const path = join(artifacts, `${ident.replaceAll('/', '-')}-x86_64-linux.hart`)
  await writeFile(path, await makeHart({ key, body }))
}

function sizeOf(sources: readonly Source[]): number {
  return sources.reduce((sum, { size }) => sum + size, 0)
}
