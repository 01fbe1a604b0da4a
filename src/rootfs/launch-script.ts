import { readFileSync } from 'node:fs'
import { configVariable } from '../habitat/config/config.ts'
import { formatIdent, packagePath } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'
import { shellQuote } from '../lib/shell-quote.ts'
import type { Programs } from './programs.ts'

const WRITTEN_PART = /(?<=^# >>> .*\n)[\s\S]*(?=^# <<< )/m
// In one command; each path is at most 4096 bytes, and Linux allows at least 128 KiB for all of them.
const PATHS_AT_ONCE = 30

/**
 * The text of `launch`, which starts the service: launch.sh with this closure's constants. The
 * bundle needs launch.sh beside it.
 */
export function launchScript(closure: Closure, programs: Programs): string {
  const constants = {
    service: formatIdent(closure.service.metadata.ident),
    target: closure.target,
    ...programs,
    config_variable: configVariable(closure.service.metadata.ident.name),
  }
  const assignments = Object.entries(constants).map(([name, value]) => `${name}=${shellQuote(value)}\n`)
  const restores = restoreCommands(closure).map(command => `  ${command}\n`)
  const written = `${assignments.join('')}restore_special() {\n${restores.join('') || '  :\n'}}\n`
  return readFileSync(new URL('launch.sh', import.meta.url), 'utf8').replace(WRITTEN_PART, () => written)
}

function restoreCommands(closure: Closure): string[] {
  const alike = new Map<string, string[]>()
  for (const { metadata } of closure.packages) {
    for (const member of metadata.special) {
      const mode = member.mode.toString(8)
      const paths = alike.get(mode) ?? []
      paths.push(shellQuote(`/${packagePath(metadata.ident)}/${member.path}`))
      alike.set(mode, paths)
    }
  }
  return [...alike].flatMap(([mode, paths]) =>
    chunks(paths, PATHS_AT_ONCE).map(some => `restore ${mode} ${some.join(' ')}`),
  )
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
