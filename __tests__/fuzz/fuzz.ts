import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fence } from './fence.ts'
import { CANARIES, type Job, placesIn, RESTART } from './job.ts'
import { addFinding, type FindingKind, readState, type State } from './state.ts'

export interface FuzzOptions extends Omit<Job, 'sandbox'> {
  /** Milliseconds after which an input is considered a hang. */
  patience: number
  /** Folder for the inputs of findings, created if there are any. */
  keepIn: string
  /** Called several times a second with the progress on the current target. */
  onProgress?: (name: string, state: State) => void
  signal?: AbortSignal
}

/** The state of each target, by name, and whether only the sandbox could be written to. */
export interface Report {
  states: ReadonlyMap<string, State>
  fenced: boolean
}

/** How a process ended: with nothing left to do, to be continued, or with a finding. */
type Ending = 'done' | 'restart' | [kind: FindingKind, details: string]

/** Number of times that a process is started again. */
const MOST_RESTARTS = 30
/** Milliseconds between two checks of a process. */
const LOOK = 250
/** Exit status of Node if the main module waits for a promise that nothing can resolve. */
const UNSETTLED = 13

/** Tries inputs in a process that may crash, hang or run out of memory, and continues in another one. */
export async function fuzz(options: FuzzOptions): Promise<Report> {
  const { module, names, seed, amount, replayed } = options
  const sandbox = await realpath(await mkdtemp(join(tmpdir(), 'mesosize-fuzz-')))
  const job: Job = { module, names, seed, amount, replayed, sandbox }
  const { around, folder, fixtures, kept, stateFile, inputFile } = placesIn(sandbox)
  for (const each of [around, folder, fixtures, kept]) await mkdir(each)
  for (const name of CANARIES) await writeFile(join(around, name), name)
  const wrapper = fence(sandbox)
  try {
    for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
      const ending = await run(job, wrapper, options)
      if (ending === 'done') break
      if (ending === 'restart') continue
      const name = names.findLast(name => existsSync(stateFile(name)))
      if (name === undefined) throw new Error(`the process did not try any input: ${ending[1]}`)
      const state = readState(stateFile(name))
      if (addFinding(state, ...ending)) await copyFile(inputFile, join(kept, `${name}-${state.index}`))
      await writeFile(stateFile(name), JSON.stringify(state))
      if (options.signal?.aborted) break
    }
    const states = new Map(names.map(name => [name, readState(stateFile(name))]))
    await keep(states, kept, options)
    return { states, fenced: wrapper.length > 0 }
  } finally {
    await rm(sandbox, { recursive: true, force: true })
  }
}

async function run(job: Job, wrapper: readonly string[], options: FuzzOptions): Promise<Ending> {
  const { patience, onProgress, signal } = options
  const { inputFile, stateFile } = placesIn(job.sandbox)
  const script = join(import.meta.dirname, 'process.ts')
  const node = [process.execPath, '--max-old-space-size=256', script, JSON.stringify(job)]
  const [program, ...words] = [...wrapper, ...node]
  const child = spawn(program!, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr = (stderr + text).slice(-10_000)
  })
  const closed = new Promise<[number | null, string | null]>(resolve =>
    child.on('close', (status, signal) => resolve([status, signal])),
  )
  const started = Date.now()
  for (;;) {
    const ended = await Promise.race([closed, pause(LOOK)])
    if (ended) return endingOf(ended, stderr)
    const name = job.names.findLast(name => existsSync(stateFile(name)))
    const state = name === undefined ? undefined : readState(stateFile(name))
    if (state) onProgress?.(name!, state)
    const lastInput = await stat(inputFile).catch(() => undefined)
    const changed = lastInput?.mtimeMs ?? 0
    const silence = Date.now() - Math.max(started, changed)
    // Before its first input, a process starts and makes fixtures, which says nothing about an input.
    const hasInput = (state?.index ?? -1) >= 0 && changed >= started && lastInput!.size > 0
    if (silence < (hasInput ? patience : 10 * patience) && !signal?.aborted) continue
    child.kill('SIGKILL')
    await closed
    return signal?.aborted ? 'done' : ['hang', `no end after ${Math.round(silence / 1000)} s`]
  }
}

function endingOf([status, signal]: [number | null, string | null], words: string): Ending {
  if (status === 0) return 'done'
  if (status === RESTART) return 'restart'
  if (status === UNSETTLED) return ['hang', 'it waits for a promise that nothing resolves']
  return ['crash', `the process ended with ${signal ?? status}\n${words}`]
}

/** Copies the inputs of findings to where they are kept, each with a description and the command that replays it. */
async function keep(
  states: Report['states'],
  from: string,
  { keepIn, seed }: Pick<FuzzOptions, 'keepIn' | 'seed'>,
): Promise<void> {
  for (const file of await readdir(from)) {
    await mkdir(keepIn, { recursive: true })
    const [, name = '', index] = /^(.*?)-(-?\d+)$/.exec(file)!
    const path = join(keepIn, `${name}-${seed}-${index}`)
    await copyFile(join(from, file), path)
    const found = states.get(name)!.findings.filter(each => each.index === Number(index))
    const again = `npm run fuzz -- --target ${name} --replay ${path}`
    const text = found.map(({ kind, details }) => `${kind}: ${details}\n`)
    await writeFile(`${path}.txt`, [...text, again, ''].join('\n'))
  }
}
