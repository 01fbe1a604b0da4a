import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startBuilder } from '../../testkit/builder-server.ts'
import { writeHart } from '../../testkit/hart.ts'
import { cannotBecomeOrdinary, ORDINARY_USER } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import type { PackageSpec } from '../../testkit/package-entries.ts'

const CLI = join(import.meta.dirname, '../../../dist/cli.js')
const RELEASE = '20240101000000'

/** Folders that exports share. */
export interface Place {
  /** Contains the others. */
  root: string
  output: string
  cache: string
  /** Contains Habitat's caches. */
  home: string
  tmp: string
}

export interface Ended {
  status: number | null
  signal: NodeJS.Signals | null
  stderr: string
  milliseconds: number
}

export interface Export {
  child: ChildProcess
  ended: Promise<Ended>
}

/** Ways to export the service. All except the layers give the same tarball. */
export type Way = 'from harts' | 'as layers' | 'from Builder'

export interface Exports {
  ways: readonly Way[]
  start(way: Way, place: Place): Export
  close(): Promise<void>
}

/** A service large enough that writing it takes a while, and the minimum that an image needs. */
const SPECS: readonly PackageSpec[] = [
  {
    ident: `acme/web/1.0.0/${RELEASE}`,
    files: { 'hooks/run': '#!/bin/sh\n' },
    deps: [`acme/lib/2.0.0/${RELEASE}`],
  },
  { ident: `acme/lib/2.0.0/${RELEASE}`, files: { 'lib/x.so': noise(1_500_000), 'lib/y.so': noise(100_000) } },
  { ident: `core/busybox-static/1.36.1/${RELEASE}`, files: { 'bin/busybox': 'elf' } },
  { ident: `core/cacerts/2024.1/${RELEASE}`, files: { 'ssl/cert.pem': 'certificates' } },
  {
    ident: `chef/hab-sup/2.0.400/${RELEASE}`,
    files: { 'bin/hab-sup': 'elf' },
    deps: [`core/busybox-static/1.36.1/${RELEASE}`, `core/cacerts/2024.1/${RELEASE}`],
  },
  { ident: `chef/hab-launcher/19000/${RELEASE}`, files: { 'bin/hab-launch': 'elf' } },
]

/** @param folder for harts and keys; created */
export async function prepareExports(folder: string): Promise<Exports> {
  const [artifacts, keys] = [join(folder, 'artifacts'), join(folder, 'keys')]
  const origins = ['acme', 'core', 'chef'].map(origin => originKey(origin))
  for (const key of origins) await writePublicKey(keys, key)
  const packages = []
  for (const spec of SPECS) {
    const path = await writeHart(artifacts, { key: originKey(spec.ident.split('/')[0]!), package: spec })
    packages.push({
      ident: spec.ident,
      hart: await readFile(path),
      channels: ['base'],
      tdeps: [...(spec.deps ?? [])],
    })
  }
  const builder = await startBuilder({
    packages,
    keys: Object.fromEntries(origins.map(({ name, publicKeyText }) => [name, publicKeyText])),
  })
  const local = ['--artifacts', artifacts, '--keys', keys]
  const args: Readonly<Record<Way, readonly string[]>> = {
    'from harts': local,
    'as layers': [...local, '--layers=package'],
    'from Builder': ['--url', builder.url],
  }
  // Downloads go to Habitat's own cache, which for root is not in the home folder.
  const isRoot = process.getuid?.() === 0
  const wrapper = isRoot && cannotBecomeOrdinary() === undefined ? ORDINARY_USER : []
  const ways = (Object.keys(args) as Way[]).filter(
    way => way !== 'from Builder' || !isRoot || wrapper.length > 0,
  )
  return {
    ways,
    start: (way, place) => start([...wrapper, process.execPath, CLI, 'acme/web', ...args[way]], place),
    close: () => builder.close(),
  }
}

export async function makePlace(folder: string): Promise<Place> {
  const [output, cache, home, tmp] = ['output', 'cache', 'home', 'tmp'].map(name => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const each of [output, cache, home, tmp]) await mkdir(each, { recursive: true, mode: 0o700 })
  return { root: folder, output, cache, home, tmp }
}

function start(words: readonly string[], { output, cache, home, tmp }: Place): Export {
  const started = performance.now()
  const own = ['--output-dir', output, '--cache', cache, '--uri-base', 'https://files.example.com']
  const child = spawn(words[0]!, [...words.slice(1), ...own], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: tmp, HAB_BLDR_URL: 'http://127.0.0.1:1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = new Promise<Ended>(resolve => {
    child.on('close', (status, signal) =>
      resolve({ status, signal, stderr, milliseconds: performance.now() - started }),
    )
  })
  return { child, ended }
}

/** Bytes that cannot be compressed; always the same. */
function noise(length: number): Buffer {
  const pieces: Buffer[] = []
  for (
    let piece = createHash('sha512').update(`${length}`).digest(), size = 0;
    size < length;
    size += piece.length
  ) {
    pieces.push(piece)
    piece = createHash('sha512').update(piece).digest()
  }
  return Buffer.concat(pieces).subarray(0, length)
}
