import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { commands, type Tree } from '@yowasp/clang'

/** How to compile a C library to a committed WebAssembly module. Paths are relative to the top of this repository. */
export interface WasmRecipe {
  /** The `npm run` script that rebuilds it. */
  script: string
  /** The library's folder in third_party/, whose README gives the origin of its sources. */
  library: string
  /** Our C file, with the functions that JavaScript can call, and those that the library needs from a C library. */
  shim: string
  /** Further arguments for clang: flags, and sources by their path in the library's folder. */
  args: readonly string[]
  /** Text to replace in sources before compiling; it must be present. */
  edits?: readonly { file: string; from: string; to: string }[]
  /** The path of the module. */
  module: string
}

// Without a C library, whose licences would apply, and without anything that differs between compilers.
const ARGS = ['-O3', '-nostdlib', '-Wl,--no-entry', '-Wl,--strip-all']
const MODULE = 'module.wasm'
const SUMS = 'third_party/SHA256SUMS'

/**
 * Compiles a library, to the same bytes anywhere and at any time.
 * @param check only compare the result with the committed module
 * @throws Error if the sources are not those of the release, do not compile, or differ from the committed module
 */
export async function makeWasm(recipe: WasmRecipe, check: boolean): Promise<void> {
  const bytes = await compile(recipe, librarySources(recipe.library))
  const file = fromTop(recipe.module)
  if (!check) writeFileSync(file, bytes)
  else if (!readFileSync(file).equals(bytes)) {
    throw new Error(
      `${recipe.module} differs from what build/ compiles: run "npm run ${recipe.script}" and commit it.`,
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
      throw new Error(`third_party/${path} differs from the file of the release that ${SUMS} lists`)
    }
    files.set(path.slice(library.length + 1), bytes)
  }
  return files
}

function fromTop(path: string): URL {
  return new URL(`../${path}`, import.meta.url)
}

async function compile(
  { shim, args, edits = [] }: WasmRecipe,
  sources: Map<string, Buffer>,
): Promise<Uint8Array> {
  for (const { file, from, to } of edits) {
    const text = sources.get(file)?.toString()
    if (!text?.includes(from)) throw new Error(`${file} does not contain ${from}`)
    sources.set(file, Buffer.from(text.replace(from, to)))
  }
  const tree: Tree = { 'shim.c': readFileSync(fromTop(shim)) }
  for (const [path, bytes] of sources) if (/\.[ch]$/.test(path)) put(tree, path.split('/'), bytes)
  const words = [...ARGS, ...args, 'shim.c', '-o', MODULE]
  // The errors have already been printed; the thrown error contains all files.
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
