import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'

/** The processes whose root or current directory is a folder or lies in it; zombies have neither. */
export function processesIn(folder: string): number[] {
  const top = `${realpathSync(folder)}/`
  return allProcesses().filter(pid => ['root', 'cwd'].some(link => `${pathOf(pid, link)}/`.startsWith(top)))
}

/** The process among those that has a number in its own process namespace, such as that of a task. */
export function processNumbered(number: number, folder: string): number | undefined {
  const numbersOf = (pid: number) =>
    ifThere(() => readFileSync(`/proc/${pid}/status`, 'utf8'))?.match(/^NSpid:.*\t(\d+)$/m)
  return processesIn(folder).find(pid => Number(numbersOf(pid)?.[1]) === number)
}

/** Sends SIGKILL to those. @returns how many there were */
export function killProcessesIn(folder: string): number {
  const pids = processesIn(folder)
  for (const pid of pids) signal(pid, 'SIGKILL')
  return pids.length
}

/**
 * Sends SIGTERM to a task as Mesos' executor does: to its whole tree and to whatever shares a process group or a
 * session with a member. Each is stopped first, so that it cannot fork meanwhile, and continued last.
 * Source: os::killtree, 3rdparty/stout/include/stout/os/posix/killtree.hpp in Mesos.
 */
export function terminateTree(root: number): void {
  const tree = new Set<number>()
  const queue = [root]
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const own = tree.has(pid) ? undefined : statOf(pid)
    if (!own) continue
    signal(pid, 'SIGSTOP')
    tree.add(pid)
    for (const other of allProcesses()) {
      const stat = statOf(other)
      if (stat?.parent === pid || stat?.group === own.group || stat?.session === own.session)
        queue.push(other)
    }
  }
  for (const pid of tree) signal(pid, 'SIGTERM')
  for (const pid of tree) signal(pid, 'SIGCONT')
}

interface ProcessStat {
  /** As `ps` shows it. */
  state: string
  parent: number
  group: number
  session: number
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** Whether a process is stopped by a signal. One that was just sent may not have arrived yet. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.state === 'T'
}

function statOf(pid: number): ProcessStat | undefined {
  const text = ifThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (text === undefined) return undefined
  // The second field is the program's name in brackets, and may hold blanks and brackets itself.
  const [state = '', parent, group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent), group: Number(group), session: Number(session) }
}

function pathOf(pid: number, link: string): string | undefined {
  return ifThere(() => readlinkSync(`/proc/${pid}/${link}`))
}

function signal(pid: number, name: NodeJS.Signals): void {
  ifThere(() => process.kill(pid, name))
}

/** Undefined if the process has ended meanwhile, or cannot be inspected: then it does not belong to a task. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined
    throw error
  }
}
