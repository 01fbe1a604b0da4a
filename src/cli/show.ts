import { getApp } from '../marathon/api/apps.ts'
import { systemClock } from '../marathon/deploy/clock.ts'
import { missing, showLogs } from '../marathon/logs/logs.ts'
import { formatStatus } from '../marathon/status/format.ts'
import { statusOf } from '../marathon/status/status.ts'
import type { ShowLogsRequest, StatusRequest } from '../settings/read-marathon.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function showStatus({ access, appId, json }: StatusRequest, session: Session): Promise<number> {
  const { fetch, marathon } = await connect(access, session)
  const app = await getApp(marathon, appId)
  if (!app) throw missing(appId)
  const status = await statusOf(app, { fetch, signal: session.signal })
  const lines = json ? [JSON.stringify(status, null, 2)] : formatStatus(status)
  await print(lines.map(line => `${line}\n`).join(''))
  return 0
}

/** @returns the exit status */
export async function showLogsForPerson(request: ShowLogsRequest, session: Session): Promise<number> {
  const { report, signal } = session
  const { marathon, agents } = await connect(request.access, session)
  const sleep = (milliseconds: number) => systemClock.sleep(milliseconds, signal)
  await showLogs(request, { marathon, agents, report, print, sleep })
  return 0
}
