import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examplePackages } from '../../examples/make.ts'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import type { Exported } from '../../src/export/exported.ts'
import { exportPackage } from '../../src/export/pipeline.ts'
import type { ExportRequest } from '../../src/export/request.ts'
import { stageExport } from '../../src/export/staging.ts'
import { openPackages } from '../../src/habitat/sources/packages.ts'
import { LAYERINGS, type Layering } from '../../src/image/layers.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder, type PackageCache } from '../../src/package-cache/folder.ts'
import { keepPackage } from '../../src/package-cache/keep.ts'
import { publishNowhere } from '../../src/publish/none.ts'
import type { Publisher } from '../../src/publish/publisher.ts'
import { inRootfs } from '../../src/rootfs/layout.ts'
import { request as packageRequest } from '../habitat/builds.ts'
import { appRequest } from '../marathon/app/fixtures.ts'
import { blake2b256 } from '../testkit/blake2b.ts'
import { cycloneDxProblems } from '../testkit/cyclonedx.ts'
import { installWithStandIn } from '../testkit/hab-stand-in.ts'
import { makeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../testkit/package-entries.ts'
import { readTar, type TarEntry } from '../testkit/tar.ts'

const TARGET = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'
const LIBRARY = 'acme/library/1.0/20240102030405'
const WEB = 'acme/web/1.0/20240203040506'

const library: PackageSpec = {
  ident: LIBRARY,
  files: {
    'lib/large.so': Buffer.alloc(3_000_001, 'large and small '),
    'lib/large.so.1': { symlink: 'large.so' },
    'share/licence': { content: 'x', mode: 0o444 },
  },
}
const web: PackageSpec = {
  ident: WEB,
  deps: [LIBRARY],
  exports: { http: 'port' },
  metafiles: { MANIFEST: '# acme / web\nA web\n\n* __License__: MIT \n\n# Plan\n' },
  files: {
    'hooks/run': '#!/bin/sh\n',
    'default.toml': 'port = 80\n',
    // Of two programs with one name, which one is in the image's bin must not depend on the order in the hart.
    'sbin/web': 'of the superuser',
    'bin/web': { content: 'setuid', mode: 0o4755 },
    'bin/web-admin': { hardlink: 'bin/web' },
    'a/first-by-name': { hardlink: 'bin/web' },
    'share/a/b': '',
    'share/a-b': '',
    'share/a.b': '',
    'share/Größe': 'ü',
    [`share/${'long/'.repeat(40)}file`]: 'deep',
    'var/group': { directory: true, mode: 0o2775 },
    'var/spool': { directory: true, mode: 0o1777 },
    'var/empty': { directory: true, mode: 0o500 },
    'etc/link': { symlink: '/etc/passwd' },
  },
}

/**
 * As a builder's tar leaves it: members in the order in which a file system lists them, everything the builder's.
 * Beyond that, a directory without an entry of its own, a file without a date, and a second name of a symlink.
 */
function asPacked(spec: PackageSpec): TarEntry[] {
  const top = `hab/pkgs/${spec.ident}`
  const owners = [{ uid: 1234, gid: 1234 }, { uid: 4_294_967_294 }, {}]
  const rank = ({ path, type }: TarEntry) =>
    `${type === 'link' ? 1 : 0}${createHash('sha256').update(path).digest('hex')}`
  const entries: TarEntry[] = packageEntries({ ...spec, target: TARGET }).filter(
    ({ path }) => path !== `${top}/share`,
  )
  entries.push({ path: `${top}/IDENT.link`, type: 'symlink', linkname: 'IDENT', mtime: 1_600_000_000 })
  entries.push({ path: `${top}/ident.link`, type: 'link', linkname: `${top}/IDENT.link` })
  return entries
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((entry, index) => ({
      ...entry,
      ...owners[index % owners.length],
      ...(entry.path.endsWith('/default.toml') ? { mtime: 0 } : {}),
    }))
}

let root: string
let harts: string
const trees: { root: string; user: number }[] = []

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'routes-'))
  await chmod(root, 0o755)
  harts = join(root, 'harts')
  await mkdir(harts)
  const packages = await Promise.all(
    [library, web, ...examplePackages()].map(async spec => {
      const key = originKey(spec.ident.split('/')[0]!)
      await writePublicKey(harts, key)
      return { ident: spec.ident, hart: await makeHart({ key, entries: asPacked(spec) }) }
    }),
  )
  for (const { ident, hart } of packages) {
    await writeFile(join(harts, `${ident.replaceAll('/', '-')}-${TARGET}.hart`), hart)
  }
  const isRoot = process.getuid?.() === 0
  for (const [clock, user] of [
    [1_790_000_000, process.getuid!()],
    [1_800_000_000, isRoot ? 1234 : process.getuid!()],
  ] as const) {
    trees.push({ root: await installWithStandIn(packages, { root, clock, uid: user }), user })
  }
})
afterAll(() => rm(root, { recursive: true }))

interface Options {
  /** A tree that is read instead of the harts. */
  fsRoot?: string
  /** With Habitat's caches of an ordinary user. */
  home?: string
  /** Artifact caches besides these; by default the one with all harts. */
  artifacts?: readonly string[]
  layering?: Layering
  /** The file of the SBOM. */
  sbom?: string
  cache?: PackageCache
  publish?: Publisher
  /** Called with each package whose bytes are compressed. */
  onPacked?: (ident: string) => void
}

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })

async function run({
  fsRoot,
  home = root,
  artifacts = [harts],
  layering,
  sbom,
  cache,
  publish,
}: Options): Promise<Exported> {
  const outputDir = await mkdtemp(join(root, 'output-'))
  const request: ExportRequest = {
    ...packageRequest({ packages: [WEB], target: TARGET }),
    supervisor: 'stand-in/hab-sup',
    launcher: 'stand-in/hab-launcher',
    outputDir,
    artifacts,
    keys: [harts],
    fsRoot,
    compressionLevel: 4,
    layering,
    sbom,
    app: appRequest(),
  }
  const compression = {
    compress: async (block: Parameters<typeof encode>[0]) => encode(block),
    blocksInFlight: 2,
  }
  const packages = openPackages(request, {
    fetch: () => Promise.reject(new TypeError('nobody answers')),
    decodeXz,
    report: silent,
    home,
    isRoot: false,
    temporary: root,
    cache,
    packAhead:
      cache &&
      ((key, entries, metadata) => keepPackage(cache, key, inRootfs(entries), metadata, compression)),
  })
  return stageExport(request, staging =>
    exportPackage(request, {
      staging,
      packages,
      cache,
      ...compression,
      publish: publish ?? publishNowhere(request, silent),
      report: silent,
    }),
  )
}

/** A cache that notes what is put into it. */
async function noting(): Promise<{ cache: PackageCache; made: string[] }> {
  const folder = new CacheFolder({
    ...{ folder: await mkdtemp(join(root, 'cache-')), limit: 1 << 30, encoding: 'e', report: silent },
  })
  const made: string[] = []
  const create: PackageCache['create'] = (key, metadata) => {
    made.push(key)
    return folder.create(key, metadata)
  }
  const cache: PackageCache = {
    find: key => folder.find(key),
    create,
    findDigest: key => folder.findDigest(key),
    keepDigest: (key, sha256) => folder.keepDigest(key, sha256),
  }
  return { cache, made }
}

/** The packages of each tarball, and its digest. */
function digests({ tarballs }: Exported): [packages: string, sha256: string][] {
  return tarballs.map(({ parts, sha256 }) => [parts.map(({ name }) => name).join(' '), sha256])
}

const modes: (Layering | undefined)[] = [undefined, ...LAYERINGS]
const missing = missingPrograms('xz') ?? (process.platform === 'linux' ? undefined : 'needs Linux')

describe.skipIf(missing)('from harts, and from what hab installed of them', () => {
  test('at two times and by two users, as the trees show', async () => {
    const [one, other] = await Promise.all(trees.map(tree => stats(tree.root)))
    expect(one!.mtimeMs).not.toBe(other!.mtimeMs)
    if (process.getuid?.() === 0) expect([one!.uid, other!.uid]).toEqual([0, 1234])
  })

  test.each(modes)('the bytes are the same (layers: %s)', async layering => {
    const usual = digests(await run({ layering }))
    expect(usual.length).toBeGreaterThan(layering ? 1 : 0)
    for (const { root: fsRoot } of trees) expect(digests(await run({ fsRoot, layering }))).toEqual(usual)
  })

  test('the app definitions are, but for where the packages were found', async () => {
    const withoutSource = ({ app }: Exported) => {
      const { 'mesosize.source': _, ...labels } = app.labels as Record<string, string>
      return { ...app, labels, fetch: undefined }
    }
    const usual = withoutSource(await run({}))
    for (const { root: fsRoot } of trees) expect(withoutSource(await run({ fsRoot }))).toEqual(usual)
  })

  test("the image is root's, with the modes, times and links of the harts", async () => {
    const { tarballs } = await run({ fsRoot: trees[1]!.root })
    const members = await readTar(gunzipSync(await readFile(tarballs[0]!.path)))
    expect(new Set(members.map(({ uid, gid }) => `${uid}:${gid}`))).toEqual(new Set(['0:0']))
    const at = (name: string) => members.find(member => member.path === `rootfs/hab/pkgs/${WEB}/${name}`)
    const released = Date.UTC(2024, 1, 3, 4, 5, 6) / 1000
    for (const [name, mode] of [
      ['', 0o755],
      ['share/', 0o755],
      ['var/group/', 0o2775],
      ['var/spool/', 0o1777],
      ['var/empty/', 0o500],
    ] as const) {
      expect(at(name), name).toMatchObject({ type: 'directory', mode, mtime: released })
    }
    expect(at('a/first-by-name')).toMatchObject({ type: 'file', mode: 0o4755, mtime: released })
    for (const name of ['bin/web', 'bin/web-admin']) {
      expect(at(name)).toMatchObject({
        type: 'link',
        linkname: `rootfs/hab/pkgs/${WEB}/a/first-by-name`,
        mode: 0o4755,
      })
    }
    for (const name of ['IDENT.link', 'ident.link']) {
      expect(at(name)).toMatchObject({ type: 'symlink', linkname: 'IDENT', mtime: 1_600_000_000 })
    }
    expect(at('default.toml')).toMatchObject({ mtime: 1 })
  })

  // The SBOM lists tarballs alike, however the image was divided into them.
  test.each<Layering | undefined>([undefined, 'package'])(
    'the SBOMs are, with the digests of harts as far as these are there (layers: %s)',
    async layering => {
      const folder = await mkdtemp(join(root, 'sboms-'))
      const sbomOf = async (name: string, options: Options) => {
        const sbom = join(folder, name, 'sbom.json')
        const exported = await run({ ...options, layering, sbom })
        expect(exported.sbomPath).toBe(sbom)
        return { exported, text: await readFile(sbom, 'utf8') }
      }
      const { exported, text } = await sbomOf('harts', {})
      expect(await cycloneDxProblems(text)).toBeNull()
      const { metadata, components } = JSON.parse(text)
      expect(metadata.component.components).toEqual(
        exported.tarballs.map(({ name, sha256 }) => ({
          ...{ type: 'file', name, 'bom-ref': `file:${name}`, hashes: [{ alg: 'SHA-256', content: sha256 }] },
        })),
      )
      for (const { 'bom-ref': ident, hashes } of components) {
        const hart = await readFile(join(harts, `${ident.replaceAll('/', '-')}-${TARGET}.hart`))
        expect(hashes).toEqual([
          { alg: 'SHA-256', content: createHash('sha256').update(hart).digest('hex') },
          { alg: 'BLAKE2b-256', content: blake2b256(hart) },
        ])
      }
      expect(components.find(({ name }: { name: string }) => name === 'web')).toMatchObject({
        description: 'A web',
        licenses: [{ license: { id: 'MIT' } }],
      })

      const { cache } = await noting()
      for (const name of ['cold', 'warm']) expect((await sbomOf(name, { cache })).text).toBe(text)

      for (const { user, root: fsRoot } of trees) {
        const options = { fsRoot, home: dirname(fsRoot), artifacts: [] }
        expect((await sbomOf(`${user}`, options)).text).toBe(text)
      }
      const withoutHashes = components.map(({ hashes: _, ...component }: { hashes: unknown }) => component)
      // An ordinary user's harts are not below FS_ROOT.
      const without = await sbomOf('no-harts', { fsRoot: trees[1]!.root, home: root, artifacts: [] })
      expect(without.text).not.toContain('BLAKE2b')
      expect(JSON.parse(without.text)).toMatchObject({ metadata, components: withoutHashes })
    },
  )

  test('a failure leaves neither an image nor an SBOM', async () => {
    const folder = await mkdtemp(join(root, 'nothing-'))
    const publish = () => Promise.reject(new Error('the server is full'))
    await expect(run({ sbom: join(folder, 'a/sbom.json'), publish })).rejects.toThrow('the server is full')
    expect(await readdir(folder)).toEqual([])
  })

  async function stats(tree: string) {
    return lstat(join(tree, 'hab/pkgs', WEB))
  }
})

describe.skipIf(missing)('compressed packages are kept for the next export', () => {
  test('by another user, who installed them at another time', async () => {
    const { cache, made } = await noting()
    const [one, other] = trees
    const usual = digests(await run({ fsRoot: one!.root, cache }))
    expect(made).toHaveLength(6)
    expect(digests(await run({ fsRoot: other!.root, cache }))).toEqual(usual)
    expect(made).toHaveLength(6)
  })

  test('from harts that were copied', async () => {
    const { cache, made } = await noting()
    const usual = digests(await run({ cache }))
    const before = made.length
    for (const name of (await readdir(harts)).filter(name => name.endsWith('.hart'))) {
      const bytes = await readFile(join(harts, name))
      await rm(join(harts, name))
      await writeFile(join(harts, name), bytes)
      await utimes(join(harts, name), 1, 1)
    }
    expect(digests(await run({ cache }))).toEqual(usual)
    expect(made).toHaveLength(before)
  })

  // The content of a hart was verified; nobody has verified an installed tree. Neither can replace the other.
  test('but not those of the other source', async () => {
    const { cache, made } = await noting()
    const usual = digests(await run({ cache }))
    const before = made.length
    expect(digests(await run({ fsRoot: trees[0]!.root, cache }))).toEqual(usual)
    expect(made.slice(before)).toHaveLength(6)
    expect(new Set(made).size).toBe(made.length)
  })
})
