import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { exec } from '@actions/exec'
import { ifThere, statOf } from '../../lib/processes.ts'

/** Milliseconds. The runner waits 7.5 s in total. */
const TO_STOP = 500
const TO_END = 2_000
const TO_DIE = 1_000

/** A process that may have ended meanwhile. Its number may then belong to another process, with another start time. */
interface Process {
  pid: number
  /** Clock ticks since the machine started. */
  started: string
}

type Processes = Map<string, Process>

/**
 * Ends all descendants of this process: with SIGTERM, then with SIGKILL. A build continues if only its topmost
 * program ends. Processes that became root through sudo are ended through sudo. Linux only.
 * Source: /proc/[pid]/task/[tid]/children and /proc/[pid]/stat, proc(5).
 */
export async function endDescendants(): Promise<void> {
  const known: Processes = new Map()
  await stop(known)
  await send('SIGTERM', known)
  await send('SIGCONT', known)
  // They may start others to clean up, such as umount.
  if (await haveEnded(known, TO_END)) return
  await stop(known)
  await send('SIGKILL', known)
  await haveEnded(known, TO_DIE)
}

/** Stops them all: one that runs may start another and end, and the new one would then not be found. */
async function stop(known: Processes): Promise<void> {
  const stopped: Processes = new Map()
  const limit = performance.now() + TO_STOP
  do {
    addDescendants(known)
    const fresh = new Map([...known].filter(([key]) => !stopped.has(key)))
    for (const [key, found] of fresh) stopped.set(key, found)
    await send('SIGSTOP', fresh)
    if (fresh.size === 0 && [...known.values()].every(isStill)) return
    await pause(5)
  } while (performance.now() < limit)
}

/** @returns whether all have ended within the time, milliseconds */
async function haveEnded(known: Processes, time: number): Promise<boolean> {
  const limit = performance.now() + time
  do {
    addDescendants(known)
    if (known.size === 0) return true
    await pause(20)
  } while (performance.now() < limit)
  return false
}

/** Adds the children of this process and of the known ones; drops those that have ended. */
function addDescendants(known: Processes): void {
  const add = (parent: number) => {
    for (const pid of childrenOf(parent)) {
      const started = statOf(pid)?.started
      if (started !== undefined) known.set(`${pid} ${started}`, { pid, started })
    }
  }
  add(process.pid)
  // A map also iterates over what is added meanwhile.
  for (const [key, { pid, started }] of known) {
    if (statOf(pid)?.started === started) add(pid)
    else known.delete(key)
  }
}

async function send(name: NodeJS.Signals, targets: Processes): Promise<void> {
  const refused: number[] = []
  for (const { pid, started } of targets.values()) {
    if (statOf(pid)?.started !== started) continue
    try {
      process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPERM') refused.push(pid)
    }
  }
  if (refused.length === 0) return
  const args = ['-n', 'kill', '-s', name.slice('SIG'.length), '--', ...refused.map(String)]
  const done = exec('sudo', args, { silent: true, ignoreReturnCode: true }).catch(() => {})
  // A sudo that hangs is a descendant like any other.
  await Promise.race([done, pause(TO_DIE, undefined, { ref: false })])
}

function childrenOf(pid: number): number[] {
  const threads = ifThere(() => readdirSync(`/proc/${pid}/task`)) ?? []
  const lists = threads.map(
    thread => ifThere(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')) ?? '',
  )
  return lists.flatMap(list => list.split(' ').filter(Boolean).map(Number))
}

function isStill({ pid, started }: Process): boolean {
  const stat = statOf(pid)
  return stat?.started !== started || /^[Tt]/.test(stat.state)
}
