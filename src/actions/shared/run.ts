import { messageOf, UsageError } from '../../lib/errors.ts'
import { wordSettings } from '../../lib/setting.ts'
import { type Listener, listenForSignals } from '../../lib/signals.ts'
import { checkProjectFile } from '../../settings/project/check.ts'
import type { FileSettings, ProjectFile } from '../../settings/project/file.ts'
import { openProjectFile } from '../../settings/project/open.ts'
import { actionDoor, fileSource, originIn } from '../../settings/project/source.ts'
import type { SettingTable } from '../../settings/setting.ts'
import { SettingValues } from '../../settings/setting-values.ts'
import type { Source } from '../../settings/source.ts'
import { inputWording } from '../../settings/wording.ts'
import { Inputs } from './inputs.ts'
import { annotate, debug, failStep, mask } from './log.ts'
import { urlSecretsIn } from './secrets.ts'

/** An action under way. */
export interface ActionRun {
  inputs: Source
  /** If the workflow names one. */
  file: ProjectFile | undefined
  /** The inputs, and what these tables of the project file say, the first of which counts. */
  valuesOf(tables: readonly FileSettings[]): SettingValues
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
    const ofInputs = inputs.secrets()
    for (const secret of ofInputs) mask(secret)
    for (const stranger of inputs.strangers) annotate('warning', stranger)
    const file = await openProjectFile(inputs)
    const ofFile = file ? textsIn(file).flatMap(urlSecretsIn) : []
    for (const secret of ofFile) mask(secret)
    if (file) await checkProjectFile(file, table, { written: inputs, env, door: actionDoor })
    const valuesOf = (tables: readonly FileSettings[]) =>
      new SettingValues(
        inputs,
        env,
        inputs.origin ?? originIn(tables),
        fileSource(inputs, tables, actionDoor),
      )
    await program({ inputs, file, valuesOf, secrets: [...ofInputs, ...ofFile], listen })
  } catch (error) {
    if (listener?.heard()) failStep('The run was cancelled.')
    else fail(error)
  } finally {
    listener?.close()
  }
}

function textsIn({ common, services, deploy, remove }: ProjectFile): string[] {
  return [common, ...services, deploy, remove].flatMap(table =>
    [...table.values()].flatMap(given => given.map(({ text }) => text)),
  )
}

function fail(error: unknown): void {
  if (error instanceof UsageError) {
    for (const problem of error.problems) annotate('error', problem, 'Mesosize: input')
    failStep(`${error.problems.length} mistake${error.problems.length > 1 ? 's' : ''} in the inputs.`)
    return
  }
  failStep(messageOf(error))
  // For developers of this program, with ACTIONS_STEP_DEBUG.
  if (error instanceof Error) debug(error.stack ?? '')
}
