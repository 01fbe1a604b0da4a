import { MesosizeError } from '../lib/errors.ts'
import { formatDuration } from '../lib/terminal/format.ts'
import { removeApp } from '../marathon/deploy/remove.ts'
import type { RemoveRequest } from '../settings/read-marathon.ts'
import { connect } from './connect.ts'
import { print, type Session } from './session.ts'

/** @returns the exit status */
export async function removeForPerson(request: RemoveRequest, session: Session): Promise<number> {
  const { appId, timeout, json } = request
  const { report } = session
  const { marathon } = await connect(request.access, session)
  const phase = report.phase(`Removing ${appId}`)
  const state = await removeApp(marathon, appId, request, session)
  phase.done(state === 'absent' ? 'it is not there' : state)
  report.close()
  if (json) await print(`${JSON.stringify({ appId, state }, null, 2)}\n`)
  if (state !== 'timed-out') return 0
  throw new MesosizeError(
    'REMOVE_TIMED_OUT',
    `${appId} was not gone after ${formatDuration(timeout)}. Marathon is still removing it; "mesosize status ${appId}" shows which tasks are left.`,
  )
}
