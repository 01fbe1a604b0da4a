import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { commands, type Tree } from '@yowasp/clang'

/** How a C library becomes a WebAssembly module that is committed. Paths are from the top of this repository. */
export interface WasmRecipe {
  /** `npm run` this to build it again. */
  script: string
  /** The library's folder in third_party/, which says where its sources are from. */
  library: string
  /** C of ours: what of the library JavaScript can call, and what the library expects of a C library. */
  shim: string
  /** Further arguments of clang: flags, and sources by their path in the library's folder. */
  args: readonly string[]
  /** What is replaced in a source before: it must be there. */
  edit?: { file: string; from: string; to: string }
  /** Where the module goes. */
  module: string
}

// Without a C library, whose licences would come with it, and without what differs from one compiler to the next.
const ARGS = ['-O3', '-nostdlib', '-Wl,--no-entry', '-Wl,--strip-all']
const MODULE = 'module.wasm'
const SUMS = 'third_party/SHA256SUMS'

/**
 * Compiles a library: to the same bytes wherever and whenever.
 * @param check only compare the committed module with that
 * @throws Error if the sources are not those of the release, do not compile, or make something else than is committed
 */
export async function makeWasm(recipe: WasmRecipe, check: boolean): Promise<void> {
  const bytes = await compile(recipe, librarySources(recipe.library))
  const file = fromTop(recipe.module)
  if (!check) writeFileSync(file, bytes)
  else if (!readFileSync(file).equals(bytes)) {
    throw new Error(
      `${recipe.module} is not what build/ makes: run "npm run ${recipe.script}" and commit it.`,
    )
  }
}

/** @returns the files that third_party/SHA256SUMS lists for a library, by their paths in its folder */
function librarySources(library: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const line of readFileSync(fromTop(SUMS), 'utf8').trimEnd().split('\n')) {
    const [sum, path = ''] = line.split('  ')
    if (!path.startsWith(`${library}/`)) continue
    const bytes = readFileSync(fromTop(`third_party/${path}`))
    if (createHash('sha256').update(bytes).digest('hex') !== sum) {
      throw new Error(`third_party/${path} is not the file of the release that ${SUMS} lists`)
    }
    files.set(path.slice(library.length + 1), bytes)
  }
  return files
}

function fromTop(path: string): URL {
  return new URL(`../${path}`, import.meta.url)
}

async function compile({ shim, args, edit }: WasmRecipe, sources: Map<string, Buffer>): Promise<Uint8Array> {
  if (edit) {
    const text = sources.get(edit.file)?.toString()
    if (!text?.includes(edit.from)) throw new Error(`${edit.file} does not say ${edit.from}`)
    sources.set(edit.file, Buffer.from(text.replace(edit.from, edit.to)))
  }
  const tree: Tree = { 'shim.c': readFileSync(fromTop(shim)) }
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
