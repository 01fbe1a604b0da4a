/**
 * Compares whole processes: `npm run bench -- [MODE...]`, after `npm run build`. The trees are made from what is
 * installed on this machine, and kept for the next run.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unchangedAction } from './action.ts'
import { onAgent } from './agent.ts'
import { measureDeployments } from './layers.ts'
import { writeResults } from './results.ts'
import { type Outcome, runRounds, type Variant } from './rounds.ts'
import { services } from './services.ts'
import { summaryOf } from './summary.ts'
import { makeTree, QUICK_XZ, type Tree, XZ } from './tree.ts'
import { doubtsAbout } from './validity.ts'
import {
  again,
  alone,
  fillingOrNot,
  fromCold,
  fromHarts,
  fromInstalled,
  type Place,
  startUp,
} from './variants.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    packages: { type: 'string', default: '60' },
    /** Size of the tree, MB. */
    size: { type: 'string', default: '550' },
    /** Limits for `growth`, in MB and packages. */
    'largest-size': { type: 'string', default: '4000' },
    'most-packages': { type: 'string', default: '1000' },
    /** Where trees are kept. */
    work: { type: 'string', default: join(tmpdir(), 'mesosize-bench') },
    /** The bundles to measure. */
    dist: { type: 'string', default: join(import.meta.dirname, '../dist') },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})

const NUMBERS = ['rounds', 'packages', 'size', 'largest-size', 'most-packages'] as const
for (const name of NUMBERS) {
  if (/^[1-9]\d*$/.test(values[name])) continue
  console.error(`--${name}: ${JSON.stringify(values[name])} must be a whole number of at least 1.`)
  process.exit(2)
}
const rounds = Number(values.rounds)
const size = { packages: Number(values.packages), bytes: Number(values.size) * 1e6 }
// In memory, so that the warm benchmarks do not measure the disk.
const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const usualTree = () => makeTree(values.work, { ...size, xz: XZ })

const MODES: Readonly<Record<string, (place: Place) => Promise<string>>> = {
  async installed(place) {
    const tree = await usualTree()
    const outcomes = runRounds(fromInstalled(tree, place), rounds, checkFiles(tree))
    return write('installed', 'From installed packages', describe(tree, WARM), outcomes)
  },
  async harts(place) {
    const tree = await usualTree()
    const outcomes = runRounds(fromHarts(tree, place), rounds, checkFiles(tree))
    return write('harts', 'From harts', describe(tree, WARM), outcomes)
  },
  async again(place) {
    const tree = await usualTree()
    const outcomes = runRounds(again(tree, place), rounds, checkFiles(tree))
    return write('again', 'Another export', describe(tree, WARM), outcomes)
  },
  async cold(place) {
    if (process.getuid?.() !== 0) return 'Only root can empty the page cache: skipping cold.\n'
    const tree = await usualTree()
    const onDisk = { ...place, output: join(values.work, 'output') }
    const outcomes = runRounds(fromCold(tree, onDisk), rounds, checkFiles(tree))
    return write(
      'cold',
      'With nothing in memory',
      describe(tree, 'Page cache empty, output to disk.'),
      outcomes,
    )
  },
  async growth(place) {
    const most = { packages: Number(values['most-packages']), bytes: Number(values['largest-size']) * 1e6 }
    const sizes = [
      ...[most.packages / 100, most.packages / 10, most.packages].map(packages => ({
        packages: Math.ceil(packages),
        bytes: most.bytes / 20,
      })),
      ...[most.bytes / 80, most.bytes / 8, most.bytes].map(bytes => ({ packages: size.packages, bytes })),
    ]
    const variants: Variant[] = []
    for (const each of sizes)
      variants.push(...alone(await makeTree(values.work, { ...each, xz: QUICK_XZ }), place))
    const about = 'The same work on smaller and larger trees. Harts fill an empty package cache.'
    return write('growth', 'How it grows', about, runRounds(variants, rounds))
  },
  async layers(place) {
    const tree = await usualTree()
    const about = `${tree.packages} packages, ${(tree.content / 1e6).toFixed(0)} MB; the service is rebuilt, alone or with a medium-sized dependency. New files are uploaded once, and downloaded by every agent that has the rest.`
    const deployments = measureDeployments(tree, place)
    return writeResults(join(values.results, 'layers'), [], {
      title: 'Bytes of a deployment',
      about,
      deployments,
    })
  },
  async busy(place) {
    const tree = await usualTree()
    const writer = spawn(
      'sh',
      [
        '-c',
        'while dd if=/dev/zero of="$0" bs=1M count=256 conv=fdatasync 2>&-; do :; done',
        join(values.work, 'busy'),
      ],
      { stdio: 'ignore', detached: true },
    )
    try {
      const onDisk = { ...place, output: join(values.work, 'output') }
      const outcomes = runRounds(fillingOrNot(tree, onDisk), rounds, checkFiles(tree))
      const how = 'Output and cache on a disk to which another program writes without a pause.'
      return write('busy', 'On a busy disk', describe(tree, how), outcomes)
    } finally {
      process.kill(-writer.pid!, 'SIGKILL')
      rmSync(join(values.work, 'busy'), { force: true })
    }
  },
  async action(place) {
    const tree = await usualTree()
    const outcomes = runRounds(unchangedAction(tree, place), 3 * rounds)
    const how = 'From harts, without hab, with a full package cache on the machine.'
    return write('action', 'The action', describe(tree, how), outcomes)
  },
  async services(place) {
    const tree = await usualTree()
    const outcomes = runRounds(await services(tree, place), rounds)
    const how =
      'Services that share all packages but their own, from harts, with a cache that is empty at first.'
    return write('services', 'Many services', describe(tree, how), outcomes)
  },
  async agent(place) {
    if (process.getuid?.() !== 0) return 'Only root can start a task: skipping agent.\n'
    const tree = await usualTree()
    const outcomes = runRounds(await onAgent(tree, place), rounds)
    const how = 'In memory, with a real busybox and a launcher that ends at once.'
    return write('agent', 'On the agent', describe(tree, how), outcomes)
  },
  async startup(place) {
    const about = 'From the start of the process to its end.'
    return write('startup', 'Start-up', about, runRounds(startUp(place), 3 * rounds))
  },
}

/** The modes whose numbers do not count. */
const invalid: string[] = []

const WARM = 'Page cache warm, output to memory.'

function describe({ packages, files, content }: Tree, how: string): string {
  return `${packages} packages, ${files} files, ${(content / 1e6).toFixed(0)} MB. ${how} Whole processes, interleaved.`
}

function write(name: string, title: string, about: string, outcomes: readonly Outcome[]): string {
  const doubts = doubtsAbout(outcomes)
  if (doubts.length > 0) invalid.push(name)
  return writeResults(join(values.results, name), doubts, { title, about, outcomes })
}

/** Checks that no files are missing, because then the benchmark would be worthless. */
function checkFiles(tree: Tree): (variant: Variant) => void {
  return ({ name, output }) => {
    const listing = execFileSync('tar', ['-tzf', output!()], { encoding: 'utf8', maxBuffer: 2 ** 30 })
    const found = listing.split('\n').filter(line => line !== '' && !line.endsWith('/')).length
    if (found < tree.files) throw new Error(`${name} packed ${found} files of ${tree.files}.`)
  }
}

const wanted = positionals.length > 0 ? positionals : Object.keys(MODES)
const unknown = wanted.filter(mode => MODES[mode] === undefined)
if (unknown.length > 0) {
  console.error(`Unknown mode ${unknown.join(', ')}. Use one of ${Object.keys(MODES).join(', ')}.`)
  process.exit(2)
}
const scratch = mkdtempSync(join(tmpdir(), 'mesosize-bench-'))
const output = mkdtempSync(join(fast, 'mesosize-bench-'))
mkdirSync(values.work, { recursive: true })
try {
  for (const mode of wanted) console.log(await MODES[mode]!({ dist: values.dist, output, scratch }))
  const summary = summaryOf(values.results)
  writeFileSync(join(values.results, 'summary.md'), summary)
  console.log(summary)
} finally {
  for (const folder of [scratch, output]) rmSync(folder, { recursive: true, force: true })
}
if (invalid.length > 0) {
  console.error(
    `Not valid, because the machine was busy: ${invalid.join(', ')}. Run them again on a quiet machine.`,
  )
  process.exitCode = 1
}
