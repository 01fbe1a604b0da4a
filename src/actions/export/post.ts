import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import { removeWorkspace } from '../../habitat/hab/index.ts'
import { messageOf } from '../../lib/errors.ts'
import { annotate } from '../shared/log.ts'
import { commandRunner } from '../shared/run-command.ts'
import { WORKSPACE_STATE } from './state.ts'

const workspace = core.getState(WORKSPACE_STATE)
if (workspace !== '') {
  const { env } = process
  const temporary = env.RUNNER_TEMP ?? tmpdir()
  try {
    await removeWorkspace(workspace, {
      temporary,
      run: commandRunner(),
      env,
      isRoot: process.getuid?.() === 0,
    })
  } catch (error) {
    // The job has done its work, so leftovers deserve only a warning.
    annotate('warning', messageOf(error))
  }
}
