/**
 * Tries inputs one after another in its own process, so that a crash affects nothing else. Before each input it writes
 * the state and the input to the sandbox, where the parent process finds them.
 */
import { AssertionError } from 'node:assert'
import { createHash } from 'node:crypto'
import {
  existsSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { MesosizeError } from '../../src/lib/errors.ts'
import { CANARIES, type Job, placesIn, RESTART } from './job.ts'
import { addFinding, type FindingKind, readState, type State } from './state.ts'
import { FORBIDDEN, type Targets } from './target.ts'
import { isPresentable } from './targets/sound.ts'

type Found = [kind: FindingKind, details: string]

/** Bytes. Well above what the largest input needs, including garbage that Node has not collected yet. */
const MOST_MEMORY = 768 << 20
/** Bytes of an input: mutations that repeat may be repeated, and would fill the memory themselves. */
const MOST_INPUT = 32 << 20

const { module, names, seed, amount, replayed, sandbox }: Job = JSON.parse(process.argv[2]!)
const { targets }: { targets: Targets } = await import(module)
const { around, folder, fixtures, inputFile, stateFile, kept } = placesIn(sandbox)
const inputHandle = openSync(inputFile, 'w')
// The process before this one may have ended in the middle of an input.
emptyFolder()

for (const name of names) {
  const target = await targets[name]!({ fixtures, folder })
  const inputs = fc.noBias(target.inputs)
  const state = readState(stateFile(name))
  const stateHandle = openSync(stateFile(name), 'a+')

  const isDone = () =>
    'inputs' in amount ? state.tried >= amount.inputs : state.spent >= amount.milliseconds
  while (!isDone()) {
    state.index++
    state.tried++
    const input =
      replayed === undefined
        ? inputOf(inputs, name, state.index).subarray(0, MOST_INPUT)
        : readFileSync(replayed)
    overwrite(inputHandle, input)
    overwrite(stateHandle, JSON.stringify(state))
    const start = performance.now()
    const found = [...(await attempt(target.attempt, input, state)), ...escapes()]
    const peak = measure(state, performance.now() - start)
    if (peak > MOST_MEMORY) found.push(['memory', `the process had ${peak >> 20} MiB`])
    for (const each of found) {
      if (addFinding(state, ...each)) writeFileSync(join(kept, `${name}-${state.index}`), input)
    }
    emptyFolder()
    overwrite(stateHandle, JSON.stringify(state))
    // The peak never goes down, so another process has to continue.
    if (peak > MOST_MEMORY) process.exit(RESTART)
  }
}

// Programs started by a target may still be running.
process.exit()

/** The same for the same seed, name and index, whatever was tried before. */
function inputOf(inputs: fc.Arbitrary<Uint8Array>, name: string, index: number): Buffer {
  const own = createHash('sha256').update(`${seed} ${name} ${index}`).digest().readInt32LE()
  return Buffer.from(fc.sample(inputs, { seed: own, numRuns: 1 })[0]!)
}

async function attempt(
  read: (input: Buffer) => Promise<string>,
  input: Buffer,
  state: State,
): Promise<Found[]> {
  try {
    count(await read(input), state)
    state.accepted++
    return []
  } catch (error) {
    if (error instanceof MesosizeError) count(error.code, state)
    const found = findingIn(error)
    return found ? [found] : []
  }
}

function count(outcome: string, { outcomes }: State): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}

/** @returns undefined for a proper refusal */
function findingIn(error: unknown): Found | undefined {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const details = text.length > 4000 ? `${text.slice(0, 2000)}…${text.slice(-2000)}` : text
  if (error instanceof AssertionError) return ['unsound', details]
  if (!(error instanceof MesosizeError)) return ['crash', details]
  // Only the fence prevented it.
  if (/\bEROFS\b/.test(`${details} ${error.cause}`)) return ['escape', details]
  try {
    isPresentable(error)
    return undefined
  } catch (problem) {
    return ['unsound', `${problem}\n${details}`]
  }
}

/** What was written where nothing may be written; it is restored. */
function* escapes(): Generator<Found> {
  for (const name of readdirSync(around)) {
    if (join(around, name) === folder || CANARIES.includes(name)) continue
    rmSync(join(around, name), { recursive: true })
    yield ['escape', `${name} was written beside the folder`]
  }
  for (const name of CANARIES) {
    if (isCanary(join(around, name), name)) continue
    rmSync(join(around, name), { recursive: true, force: true })
    writeFileSync(join(around, name), name)
    yield ['escape', `${name} was changed beside the folder`]
  }
  if (existsSync(FORBIDDEN)) {
    rmSync(FORBIDDEN, { recursive: true })
    yield ['escape', `${FORBIDDEN} was written`]
  }
}

function isCanary(path: string, text: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path, 'utf8') === text
}

/** @returns the peak memory of this process, bytes */
function measure(state: State, milliseconds: number): number {
  const peak = process.resourceUsage().maxRSS * 1024
  state.spent += milliseconds
  if (milliseconds > state.slowest.milliseconds) state.slowest = { index: state.index, milliseconds }
  state.peak = Math.max(state.peak, peak)
  return peak
}

function emptyFolder(): void {
  for (const left of readdirSync(folder)) rmSync(join(folder, left), { recursive: true })
}

function overwrite(handle: number, content: string | Uint8Array): void {
  const bytes = Buffer.from(content as string)
  ftruncateSync(handle)
  writeSync(handle, bytes, 0, bytes.length, 0)
}
