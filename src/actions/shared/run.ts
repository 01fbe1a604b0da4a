import * as core from '@actions/core'
import { messageOf, UsageError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { wordSettings } from '../../lib/setting.ts'
import { terminalReporter } from '../../lib/terminal/reporter.ts'
import { visible } from '../../lib/visible.ts'
import type { SettingTable } from '../../settings/setting.ts'
import { SettingValues } from '../../settings/setting-values.ts'
import { inputWording } from '../../settings/wording.ts'
import { Inputs } from './inputs.ts'

/** An action under way. */
export interface ActionRun {
  /** The action's inputs. */
  values: SettingValues
  /** What must not be shown; masked in the log already. */
  secrets: readonly string[]
  /** Aborted when the runner asks to stop. */
  signal: AbortSignal
}

/**
 * Runs an action's program. Each problem becomes an annotation, and the step fails; the runner's request to stop
 * becomes the signal's abortion.
 */
export async function runAction(
  table: SettingTable,
  program: (run: ActionRun) => Promise<void>,
): Promise<void> {
  const cancellation = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancellation.abort())
  wordSettings(inputWording(table))
  try {
    const { env } = process
    const inputs = new Inputs(table, env)
    const secrets = inputs.secrets()
    for (const secret of secrets) core.setSecret(secret)
    const values = new SettingValues(inputs, env, inputs.origin)
    await program({ values, secrets, signal: cancellation.signal })
  } catch (error) {
    if (cancellation.signal.aborted) return core.setFailed('The run was cancelled.')
    fail(error)
  }
}

function fail(error: unknown): void {
  if (error instanceof UsageError) {
    for (const problem of error.problems) {
      core.error(visible(problem), { title: 'Mesosize: input' })
    }
    core.setFailed(`${error.problems.length} mistake${error.problems.length > 1 ? 's' : ''} in the inputs.`)
    return
  }
  core.setFailed(messageOf(error))
  // For developers of this program, with ACTIONS_STEP_DEBUG.
  if (error instanceof Error) core.debug(error.stack ?? '')
}

/** A reporter for the log of a step: phases are lines, warnings are annotations. */
export function logReporter(): Reporter & { close(): void } {
  const lines = terminalReporter(process.stdout, process.env)
  return {
    ...lines,
    warn: text => core.warning(text, { title: 'Mesosize' }),
  }
}
