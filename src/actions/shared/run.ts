import { messageOf, UsageError } from '../../lib/errors.ts'
import { wordSettings } from '../../lib/setting.ts'
import { type Listener, listenForSignals } from '../../lib/signals.ts'
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
  /**
   * Makes the runner's request to stop abort a signal, instead of ending the process. To be called when there is
   * something to clean up.
   */
  listen(): AbortSignal
}

/** Runs an action's program. Each problem becomes an annotation, and the step fails. */
export async function runAction(
  table: SettingTable,
  program: (run: ActionRun) => Promise<void>,
): Promise<void> {
  let listener: Listener | undefined
  const listen = () => {
    listener = listenForSignals(['SIGINT', 'SIGTERM'])
    return listener.signal
  }
  wordSettings(inputWording(table))
  try {
    const { env } = process
    const inputs = new Inputs(table, env)
    const secrets = inputs.secrets()
    for (const secret of secrets) mask(secret)
    for (const name of inputs.strangers) {
      annotate('warning', `The variable ${name} is not an input of this action, and is ignored.`)
    }
    const values = new SettingValues(inputs, env, inputs.origin)
    await program({ values, secrets, listen })
  } catch (error) {
    if (listener?.heard()) failStep('The run was cancelled.')
    else fail(error)
  } finally {
    listener?.close()
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
