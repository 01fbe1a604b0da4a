import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { commands, type Tree } from '@yowasp/clang'
import pRetry from 'p-retry'
import { readTar } from '../src/codec/tar/read.ts'

/** How a C library becomes a WebAssembly module that is committed. Paths are from the top of this repository. */
export interface WasmRecipe {
  /** `npm run` this to make it anew. */
  script: string
  /** The tarball with the library's sources, gzip or xz. */
  source: string
  /** Of the tarball, lower-case hex. */
  sha256: string
  /** C of ours: what of the library JavaScript can call, and what the library expects of a C library. */
  shim: string
  /** What clang is told besides: flags, and sources by their path in the tarball below its one folder. */
  args: readonly string[]
  /** What is replaced in a source before: it must be there. */
  edit?: { file: string; from: string; to: string }
  /** Where the module goes. */
  module: string
  /** Where the library's licence goes, and its path in the tarball. */
  license: { file: string; in: string }
}

// Without a C library, whose licences would come with it, and without what differs from one compiler to the next.
const ARGS = ['-O3', '-nostdlib', '-Wl,--no-entry', '-Wl,--strip-all']
const MODULE = 'module.wasm'
/** Bytes that a tarball may unpack to. */
const LARGEST = 1 << 30

/**
 * Fetches the sources and compiles them: to the same bytes wherever and whenever.
 * @param check whether what is committed is only compared with that
 * @throws Error if the sources are not those that are named, do not compile, or make something else than is committed
 */
export async function makeWasm(recipe: WasmRecipe, check: boolean): Promise<void> {
  const sources = await fetchSources(recipe)
  const license = sources.get(recipe.license.in)
  if (!license) throw new Error(`${recipe.source} has no ${recipe.license.in}`)
  const made: [string, Uint8Array][] = [
    [recipe.module, await compile(recipe, sources)],
    [recipe.license.file, license],
  ]
  for (const [path, bytes] of made) {
    const file = new URL(`../${path}`, import.meta.url)
    if (!check) writeFileSync(file, bytes)
    else if (!readFileSync(file).equals(bytes)) {
      throw new Error(`${path} is not what build/ makes: run "npm run ${recipe.script}" and commit it.`)
    }
  }
}

/** @returns the files by their paths below the tarball's one folder */
async function fetchSources({ source, sha256 }: WasmRecipe): Promise<Map<string, Buffer>> {
  const packed = await pRetry(() => download(source), { retries: 4 })
  const actual = createHash('sha256').update(packed).digest('hex')
  if (actual !== sha256) throw new Error(`${source} has the SHA-256 ${actual}, not ${sha256}`)
  // By the program, because the library that the tests use does not know the checksum of Debian's tarballs.
  const tar = source.endsWith('.xz')
    ? execFileSync('xz', ['--decompress', '--stdout'], { input: packed, maxBuffer: LARGEST })
    : gunzipSync(packed)
  const files = new Map<string, Buffer>()
  for await (const member of readTar(Readable.from([tar]), source, LARGEST)) {
    if (member.type !== 'file') continue
    const pieces: Uint8Array[] = []
    for await (const piece of member.content) pieces.push(piece)
    files.set(member.path.replace(/^[^/]*\//, ''), Buffer.concat(pieces))
  }
  return files
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

async function compile({ shim, args, edit }: WasmRecipe, sources: Map<string, Buffer>): Promise<Uint8Array> {
  if (edit) {
    const text = sources.get(edit.file)?.toString()
    if (!text?.includes(edit.from)) throw new Error(`${edit.file} does not say ${edit.from}`)
    sources.set(edit.file, Buffer.from(text.replace(edit.from, edit.to)))
  }
  const tree: Tree = { 'shim.c': readFileSync(new URL(`../${shim}`, import.meta.url)) }
  for (const [path, bytes] of sources) if (/\.[ch]$/.test(path)) put(tree, path.split('/'), bytes)
  const words = [...ARGS, ...args, 'shim.c', '-o', MODULE]
  // What went wrong it has written; its error holds all files.
  const made = await Promise.resolve(commands.clang(words, tree)).catch(() => {})
  const module = made?.[MODULE]
  if (!(module instanceof Uint8Array)) throw new Error(`${shim} and its library do not compile`)
  return module
}

function put(tree: Tree, [name, ...below]: string[], bytes: Uint8Array): void {
  if (below.length === 0) {
    tree[name!] = bytes
    return
  }
  tree[name!] ??= {}
  put(tree[name!] as Tree, below, bytes)
}
