import { globSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { isInstalled, measure } from './measure.ts'
import type { Variant } from './rounds.ts'
import type { Tree } from './tree.ts'

/** The folders of a benchmark. */
export interface Place {
  /** The bundles to measure. */
  dist: string
  /** For the output of the variants; emptied before each run. */
  output: string
  /** For home folders and caches, which are kept between runs. */
  scratch: string
}

/** The name of the variant that everything from installed packages is compared with. */
export const TAR = 'tar -czf'
/** The same for harts. */
export const UNPACK = 'xz -dc \\| tar -x per hart; tar -czf'

/** Mesosize and other programs, from installed packages. */
export function fromInstalled(tree: Tree, place: Place): Variant[] {
  return [
    ...others(tree, place),
    mesosize('Mesosize', installed(tree), place, ['--no-cache'], TAR),
    mesosize('Mesosize, filling its cache', installed(tree), place, [], TAR),
  ]
}

/** The same with an empty page cache, which needs root. */
export function fromCold(tree: Tree, place: Place): Variant[] {
  const cold = (variant: Variant): Variant => ({
    ...variant,
    before: () => {
      variant.before?.()
      measure(['sh', '-c', 'sync; echo 3 > /proc/sys/vm/drop_caches'])
    },
  })
  const more = `${2 * availableParallelism()}`
  return [
    shell(TAR, 'tar -czf "$OUT" -C "$ROOT" hab', tree, place),
    mesosize('Mesosize', installed(tree), place, ['--no-cache'], TAR),
    mesosize(`Mesosize --jobs ${more}`, installed(tree), place, ['--no-cache', '--jobs', more], TAR),
  ].map(cold)
}

/** Mesosize and a shell pipeline, from harts. */
export function fromHarts(tree: Tree, place: Place): Variant[] {
  const unpack =
    'for hart in "$ARTIFACTS"/*.hart; do tail -n +6 "$hart" | xz -dc | tar -x -C "$DIR"; done; tar -czf "$OUT" -C "$DIR" hab'
  return [
    shell(UNPACK, unpack, tree, place),
    mesosize('Mesosize, from harts', harts(tree), place, [], UNPACK),
    mesosize('Mesosize, from harts, without a cache', harts(tree), place, ['--no-cache'], UNPACK),
  ]
}

/** With and without keeping packages. */
export function fillingOrNot(tree: Tree, place: Place): Variant[] {
  const name = 'Mesosize, without a cache'
  return [
    mesosize(name, installed(tree), place, ['--no-cache']),
    mesosize('Mesosize, filling its cache', installed(tree), place, [], name),
  ]
}

/** A repeated export. */
export function again(tree: Tree, place: Place): Variant[] {
  const next: Tree = { ...tree, root: tree.next.root, ident: tree.next.ident }
  const kept = (source: (tree: Tree) => string[], name: string, now: Tree): Variant => {
    const cache = join(place.scratch, `kept-${source.name}`)
    measure(cliCommand(source(tree), place, ['--cache', cache]), homeOf(place))
    const files = readdirSync(cache)
    const variant = mesosize(name, source(now), place, ['--cache', cache], TAR)
    const before = () => {
      variant.before?.()
      for (const file of readdirSync(cache)) if (!files.includes(file)) rmSync(join(cache, file))
    }
    return { ...variant, before }
  }
  return [
    shell(TAR, 'tar -czf "$OUT" -C "$ROOT" hab', tree, place),
    kept(installed, 'Mesosize, nothing changed', tree),
    kept(installed, 'Mesosize, one package changed', next),
    ...(tree.xz
      ? [
          kept(harts, 'Mesosize, from harts, nothing changed', tree),
          kept(harts, 'Mesosize, from harts, one package changed', next),
        ]
      : []),
  ]
}

/** One tree without a comparison, to show how time and memory grow with the tree. */
export function alone(tree: Tree, place: Place): Variant[] {
  const what = `${tree.packages} packages, ${(tree.content / 1e6).toFixed(0)} MB`
  return [
    mesosize(`${what}, installed`, installed(tree), place, ['--no-cache']),
    ...(tree.xz ? [mesosize(`${what}, harts`, harts(tree), place, [])] : []),
  ]
}

/** Start-up time. */
export function startUp(place: Place): Variant[] {
  const node = process.execPath
  const job = { GITHUB_REPOSITORY: 'acme/web', ...homeOf(place) }
  const cli = join(place.dist, 'cli.js')
  const action = join(place.dist, 'export-action.js')
  const failing = ['sh', '-c', '"$@" || test $? = 1', 'sh', node, action]
  return [
    { name: 'node -e 0', command: [node, '-e', '0'] },
    { name: 'cli.js --version', command: [node, cli, '--version'], against: 'node -e 0' },
    { name: 'export-action.js to its first error', command: failing, env: job, against: 'node -e 0' },
  ]
}

function others(tree: Tree, place: Place): Variant[] {
  const cores = availableParallelism()
  const variants = [
    {
      needs: 'pigz',
      name: `tar \\| pigz -p${cores}`,
      script: `tar -cf - -C "$ROOT" hab | pigz -p${cores} > "$OUT"`,
    },
    { needs: 'igzip', name: 'tar \\| igzip', script: 'tar -cf - -C "$ROOT" hab | igzip > "$OUT"' },
  ]
  const missing = variants.filter(({ needs }) => !isInstalled(needs))
  for (const { needs } of missing) process.stderr.write(`${needs} is not installed: skipping it.\n`)
  const nodeTar = `"${process.execPath}" "${join(import.meta.dirname, 'node-tar.ts')}" "$ROOT" "$OUT"`
  return [
    shell(TAR, 'tar -czf "$OUT" -C "$ROOT" hab', tree, place),
    ...variants
      .filter(variant => !missing.includes(variant))
      .map(({ name, script }) => shell(name, script, tree, place, TAR)),
    shell('node-tar create', nodeTar, tree, place, TAR),
  ]
}

function shell(name: string, script: string, tree: Tree, place: Place, against?: string): Variant {
  const output = join(place.output, 'tree.tgz')
  const unpacked = join(place.output, 'unpacked')
  return {
    name,
    against,
    command: ['bash', '-c', `set -eo pipefail; ${script}`],
    env: { ROOT: tree.root, ARTIFACTS: tree.artifacts, OUT: output, DIR: unpacked },
    before: () => {
      empty(place.output)
      mkdirSync(unpacked)
    },
    output: () => output,
  }
}

function mesosize(
  name: string,
  source: readonly string[],
  place: Place,
  options: readonly string[],
  against?: string,
): Variant {
  const isNamed = options.some(option => option === '--cache' || option === '--no-cache')
  const cache = isNamed ? [] : ['--cache', cacheOf(place)]
  return {
    name,
    against,
    command: cliCommand(source, place, [...options, ...cache]),
    env: homeOf(place),
    before: () => emptyBefore(place),
    output: () => join(place.output, globSync('*.tgz', { cwd: place.output })[0]!),
  }
}

export function cliCommand(source: readonly string[], place: Place, options: readonly string[]): string[] {
  const standIns = ['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher']
  return [
    process.execPath,
    join(place.dist, 'cli.js'),
    ...source,
    ...standIns,
    '--output-dir',
    place.output,
    ...options,
  ]
}

export function installed({ root, ident }: Tree): string[] {
  return [ident, '--fs-root', root]
}

export function harts({ artifacts, keys, ident }: Tree): string[] {
  return [ident, '--artifacts', artifacts, '--keys', keys]
}

/** A separate home, so that the user's files are neither used nor changed, and a Builder URL where nothing listens. */
export function homeOf({ scratch }: Place): Record<string, string> {
  return { HOME: scratch, HAB_BLDR_URL: 'http://127.0.0.1:1' }
}

export function cacheOf({ scratch }: Place): string {
  return join(scratch, 'cache')
}

/** Leaves neither output nor kept packages. */
export function emptyBefore(place: Place): void {
  empty(place.output)
  rmSync(cacheOf(place), { recursive: true, force: true })
}

export function empty(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}
