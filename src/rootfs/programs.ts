import { posix } from 'node:path'
import { formatIdent, packagePath } from '../habitat/package/ident.ts'
import type { Closure, Package } from '../habitat/package/package.ts'
import { MesosizeError } from '../lib/errors.ts'

/** What `launch` runs: absolute paths in the root filesystem. */
export interface Programs {
  busybox: string
  launcher: string
  supervisor: string
}

/** @throws MesosizeError PROGRAM_MISSING, naming each package that cannot serve because its program is missing */
export function programsOf(closure: Closure): Programs {
  const problems: string[] = []

  function find({ metadata }: Package, name: string): string {
    const binary = metadata.binaries.find(path => posix.basename(path) === name)
    if (!binary) problems.push(`${formatIdent(metadata.ident)} has no ${name}`)
    return `/${packagePath(metadata.ident)}/${binary}`
  }

  const programs = {
    busybox: find(closure.busybox, 'busybox'),
    launcher: find(closure.launcher, 'hab-launch'),
    supervisor: find(closure.supervisor, 'hab-sup'),
  }
  if (problems.length > 0) {
    throw new MesosizeError(
      'PROGRAM_MISSING',
      `${problems.join('; ')} in the directories of its PATH: name a package that has it.`,
    )
  }
  return programs
}
