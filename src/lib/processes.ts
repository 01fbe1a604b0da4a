import { readdirSync, readFileSync } from 'node:fs'

// Processes as Linux shows them in /proc: proc(5).

export interface ProcessStat {
  /** One letter: R, S, D, T, t and others. */
  state: string
  parent: number
  session: number
  /** Clock ticks since the machine started. With its number, this identifies a process. */
  started: string
}

/** Undefined for one that has ended, even if its parent has not yet asked for its status. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = ifThere(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The second field is the program's name in brackets, and may hold blanks and brackets itself.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined || /^[ZX]/.test(fields[0]!)) return undefined
  const [state, parent, , session] = fields
  return { state: state!, parent: Number(parent), session: Number(session), started: fields[19]! }
}

/** The children of a process, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const child = /^\d+$/.test(name) ? Number(name) : 0
    const parent = child ? statOf(child)?.parent : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), child])
  }
  const found = [...(children.get(pid) ?? [])]
  // The list grows while it is walked.
  for (const each of found) found.push(...(children.get(each) ?? []))
  return found
}

/** Undefined if the process has ended meanwhile, or cannot be looked into. */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
