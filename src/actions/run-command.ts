import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import * as core from '@actions/core'
import { exec } from '@actions/exec'
import type { Run } from '../habitat/hab/command.ts'

/**
 * Runs a program in a group of the step's log, named after its command line. Lines of its output that look like
 * workflow commands are no more than lines: a build's log has other authors than the workflow.
 */
export const runCommand: Run = ({ program, args, env, cwd }, onOutput) =>
  core.group([basename(program), ...args].join(' '), async () => {
    const token = randomUUID()
    process.stdout.write(`::stop-commands::${token}\n`)
    try {
      return await exec(`"${program}"`, [...args], {
        env: { ...env },
        cwd,
        ignoreReturnCode: true,
        listeners: { stdout: onOutput, stderr: onOutput },
      })
    } finally {
      // Its last line may have no end.
      process.stdout.write(`\n::${token}::\n`)
    }
  })
