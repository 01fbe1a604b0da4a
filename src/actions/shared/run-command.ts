import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { basename } from 'node:path'
import * as core from '@actions/core'
import type { Run } from '../../habitat/hab/run.ts'

/**
 * Runs programs, each in a group of the step's log that is named after its command line. Lines of their output
 * that look like workflow commands are no more than lines: a build's log has other authors than the workflow.
 * @param signal ends the program that runs; the toolkit's own `exec` cannot do that, and the runner soon kills
 *   an action that goes on after it was cancelled
 */
export function commandRunner(signal?: AbortSignal): Run {
  return ({ program, args, env, cwd }, onOutput) =>
    core.group([basename(program), ...args].join(' '), async () => {
      const token = randomUUID()
      process.stdout.write(`::stop-commands::${token}\n`)
      try {
        const child = spawn(program, args, {
          env: { ...env },
          cwd,
          signal,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        for (const stream of [child.stdout, child.stderr]) {
          stream.on('data', (chunk: Buffer) => {
            process.stdout.write(chunk)
            onOutput(chunk)
          })
        }
        const [status] = await once(child, 'close')
        // Ended by a signal: what a shell would say.
        return (status as number | null) ?? 128
      } finally {
        // Its last line may have no end.
        process.stdout.write(`\n::${token}::\n`)
      }
    })
}
