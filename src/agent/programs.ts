import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { MesosizeError } from '../lib/errors.ts'

/** Where agents look for programs, and where root's are. */
export const AGENT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The path of a program of this machine; undefined if it has none of that name. */
export function findProgram(name: string): string | undefined {
  const folders = `${process.env.PATH ?? ''}:${AGENT_PATH}`.split(delimiter).filter(Boolean)
  return folders.map(folder => join(folder, name)).find(isExecutable)
}

/** @throws MesosizeError RUN_PROGRAMS */
export function programPath(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw missing([name])
  return path
}

/**
 * Checks for all that every run needs.
 * @param more what this one needs besides
 * @throws MesosizeError RUN_PROGRAMS
 */
export function checkPrograms(more: readonly string[] = []): void {
  const needed = ['cp', 'id', 'mount', 'nsenter', 'setpriv', 'setsid', 'sh', 'tar', 'unshare', ...more]
  const absent = needed.filter(name => findProgram(name) === undefined)
  if (absent.length > 0) throw missing(absent)
}

function missing(names: readonly string[]): MesosizeError {
  return new MesosizeError(
    'RUN_PROGRAMS',
    `This machine lacks ${names.join(', ')}. Install ${names.length > 1 ? 'them' : 'it'}; Debian and Ubuntu have most in the packages util-linux, bsdutils, coreutils and tar.`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
