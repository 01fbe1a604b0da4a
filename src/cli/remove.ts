import { MesosizeError } from '../lib/errors.ts'
import { removeApp } from '../marathon/deploy/remove.ts'
import type { RemoveRequest } from '../settings/read-marathon.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function removeForPerson(request: RemoveRequest, session: Session): Promise<number> {
  const { appId, json } = request
  const { report } = session
  const { marathon } = await connect(request.access, session)
  const phase = report.phase(`Removing ${appId}`)
  const done = async (state: 'removed' | 'absent' | 'timed-out') => {
    phase.done(state === 'absent' ? 'it is not there' : state)
    report.close()
    if (json) await print(`${JSON.stringify({ appId, state }, null, 2)}\n`)
  }
  try {
    await done(await removeApp(marathon, appId, request, session))
    return 0
  } catch (error) {
    if (error instanceof MesosizeError && error.code === 'REMOVE_TIMED_OUT') await done('timed-out')
    throw error
  }
}
