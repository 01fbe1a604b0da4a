import { messageOf, UsageError } from '../../lib/errors.ts'
import { wordSettings } from '../../lib/setting.ts'
import { visible } from '../../lib/visible.ts'
import type { SettingTable } from '../../settings/setting.ts'
import { SettingValues } from '../../settings/setting-values.ts'
import { inputWording } from '../../settings/wording.ts'
import { Inputs } from './inputs.ts'
import { annotate, debug, failStep, mask } from './log.ts'

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
    for (const secret of secrets) mask(secret)
    const values = new SettingValues(inputs, env, inputs.origin)
    await program({ values, secrets, signal: cancellation.signal })
  } catch (error) {
    if (cancellation.signal.aborted) return failStep('The run was cancelled.')
    fail(error)
  }
}

function fail(error: unknown): void {
  if (error instanceof UsageError) {
    for (const problem of error.problems) annotate('error', visible(problem), 'Mesosize: input')
    failStep(`${error.problems.length} mistake${error.problems.length > 1 ? 's' : ''} in the inputs.`)
    return
  }
  failStep(messageOf(error))
  // For developers of this program, with ACTIONS_STEP_DEBUG.
  if (error instanceof Error) debug(error.stack ?? '')
}
