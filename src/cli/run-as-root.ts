import { randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTemporary } from '../agent/sandbox.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { RunCommand } from '../settings/read-run.ts'
import { runAsRoot } from './elevate.ts'

/**
 * Runs an app by this program as root. Standard input is the terminal, anyone can read arguments, and sudo closes other
 * descriptors, so that root opens the app through /proc.
 * @returns the exit status
 */
export async function runAppAsRoot(app: AppDefinition, command: RunCommand, quiet: boolean): Promise<number> {
  const handed = await inTemporary(tmpdir(), async () => openUnnamed(JSON.stringify(app)))
  try {
    // All settings are arguments by now, so no project file is read again.
    const args = [...argumentsOf(command), '--settings=/dev/null', ...(quiet ? ['--quiet'] : [])]
    return await runAsRoot(['run', `/proc/${process.pid}/fd/${handed}`, ...args])
  } finally {
    closeSync(handed)
  }
}

/**
 * The descriptor of a file with a text. It has no name any more when something is written to it, so that it ends with
 * this program even if that is killed.
 */
function openUnnamed(text: string): number {
  const path = join(tmpdir(), `mesosize-app-${randomBytes(8).toString('hex')}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  writeFileSync(file, text)
  return file
}

/** What the program as root needs to know of the command line. */
function argumentsOf({ instances, peers, untilHealthy, timeout, shell, keep, json }: RunCommand): string[] {
  return [
    `--instances=${instances}`,
    ...peers.map(peer => `--peer=${peer}`),
    ...(untilHealthy ? ['--until-healthy', `--timeout=${timeout / 1000}s`] : []),
    ...(shell ? ['--shell'] : []),
    ...(keep ? ['--keep'] : []),
    ...(json ? ['--json'] : []),
  ]
}
