import { watch } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Export, type Exports, makePlace, type Place, prepareExports, type Way } from './exports.ts'
import { contentsOf, problemsIn } from './inspect.ts'

export interface KillOptions {
  /** Number of exports to kill. */
  kills: number
  seed: number
  /** Empty folder for everything. */
  folder: string
  onRound?: (report: KillReport) => void
}

export interface KillReport {
  rounds: number
  /** Exports that were killed, and exports that ended before they could be killed. */
  killed: number
  late: number
  /** Exports that ran undisturbed, while another one was killed or after two were, and succeeded. */
  survived: number
  /** Largest number of unfinished files and folders after a round. */
  leftovers: number
  problems: string[]
}

/** When to kill an export: after this part of its usual duration, or of the usual number of changes in the folders. */
interface Moment {
  by: 'time' | 'changes'
  part: number
}

interface Round {
  way: Way
  /** Whether it starts with empty folders. */
  isCold: boolean
  /** When to kill each of two exports that run at the same time. */
  moments: readonly [Moment, Moment | undefined]
}

/** An undisturbed export. */
interface Usual {
  milliseconds: number
  changes: number
  /** SHA-256 of each file, by path. */
  files: ReadonlyMap<string, string>
}

/**
 * Kills exports at random moments. Two at a time run with the same output folder and caches. Afterwards every file with
 * a final name must be complete, and an undisturbed export must give the usual result.
 */
export async function killExports({ kills, seed, folder, onRound }: KillOptions): Promise<KillReport> {
  const report: KillReport = { rounds: 0, killed: 0, late: 0, survived: 0, leftovers: 0, problems: [] }
  const exports = await prepareExports(join(folder, 'source'))
  try {
    const usual = new Map<Way, Usual>()
    for (const way of exports.ways) usual.set(way, await undisturbed(way, exports, join(folder, way)))
    const place = await makePlace(join(folder, 'shared'))
    const rounds = fc.sample(fc.noBias(roundOf(exports.ways)), { seed, numRuns: 4 * kills + 20 })
    for (const round of rounds) {
      if (report.killed >= kills) break
      report.rounds++
      const problems = await play(round, place, exports, usual, report)
      report.problems.push(...problems.map(problem => `round ${report.rounds}, ${round.way}: ${problem}`))
      onRound?.(report)
    }
    return report
  } finally {
    await exports.close()
  }
}

function roundOf(ways: readonly Way[]): fc.Arbitrary<Round> {
  const moment = fc.record<Moment>({
    by: fc.constantFrom('time', 'changes'),
    part: fc.nat({ max: 1000 }).map(thousandths => thousandths / 1000),
  })
  return fc.record({
    way: fc.constantFrom(...ways),
    isCold: fc.constantFrom(true, true, false),
    moments: fc.tuple(moment, fc.option(moment, { nil: undefined, freq: 4 })),
  })
}

async function undisturbed(way: Way, exports: Exports, folder: string): Promise<Usual> {
  const place = await makePlace(folder)
  let changes = 0
  const stop = watchChanges(place, () => changes++)
  const { status, stderr, milliseconds } = await exports.start(way, place).ended
  stop()
  if (status !== 0) throw new Error(`an export ${way} ended with ${status}:\n${stderr}`)
  const { files } = await contentsOf(folder)
  return { milliseconds, changes, files }
}

/** @returns problems */
async function play(
  { way, isCold, moments }: Round,
  place: Place,
  exports: Exports,
  usual: ReadonlyMap<Way, Usual>,
  report: KillReport,
): Promise<string[]> {
  if (isCold) await empty(place)
  const problems: string[] = []
  const started = moments.map(moment => {
    const one = exports.start(way, place)
    if (moment) killAt(moment, one, place, usual.get(way)!)
    return one
  })
  for (const [index, { ended }] of started.entries()) {
    const { status, signal, stderr } = await ended
    if (moments[index] && signal === 'SIGKILL') report.killed++
    else if (status !== 0) problems.push(`an export ended with ${signal ?? status}: ${stderr}`)
    else if (moments[index]) report.late++
    else report.survived++
  }
  const whole = new Map<string, Set<string>>()
  for (const { files } of usual.values()) {
    for (const [path, digest] of files) whole.set(path, (whole.get(path) ?? new Set()).add(digest))
  }
  const contents = await contentsOf(place.root)
  problems.push(...problemsIn(contents, whole))
  report.leftovers = Math.max(report.leftovers, contents.hidden.length)

  if (moments.every(moment => moment !== undefined)) {
    const { status, signal, stderr } = await exports.start(way, place).ended
    if (status === 0) report.survived++
    else problems.push(`the export afterwards ended with ${signal ?? status}: ${stderr}`)
  }
  const { files } = await contentsOf(place.root)
  for (const [path, digest] of usual.get(way)!.files) {
    const isExported = path.startsWith('output/')
    if (isExported && files.get(path) !== digest) problems.push(`${path} differs from the usual one`)
  }
  return problems
}

async function empty({ output, cache, home }: Place): Promise<void> {
  for (const folder of [output, cache, home]) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
  }
}

function killAt({ by, part }: Moment, { child, ended }: Export, place: Place, usual: Usual): void {
  const kill = () => void child.kill('SIGKILL')
  if (by === 'time') {
    const timer = setTimeout(kill, part * usual.milliseconds)
    void ended.then(() => clearTimeout(timer))
    return
  }
  let left = Math.ceil(part * usual.changes)
  const stop = watchChanges(place, () => --left <= 0 && kill())
  void ended.then(stop)
}

/** @returns a function that stops watching */
function watchChanges({ output, cache }: Place, onChange: () => void): () => void {
  const watchers = [output, cache].map(folder => watch(folder, onChange))
  return () => {
    for (const watcher of watchers) watcher.close()
  }
}
