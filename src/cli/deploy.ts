import { visible } from '../lib/visible.ts'
import { deployApp } from '../marathon/deploy/deploy.ts'
import { isSuccess } from '../marathon/deploy/outcome.ts'
import { formatPlan, planDeployment } from '../marathon/deploy/plan.ts'
import { lastWords } from '../marathon/logs/last-words.ts'
import type { DeployRequest } from '../settings/read-marathon.ts'
import { connect } from './connect.ts'
import { formatDeployed } from './deploy-summary.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function deployForPerson(request: DeployRequest, session: Session): Promise<number> {
  const { app, options, json } = request
  const { quiet, report, signal } = session
  const { fetch, marathon, agents } = await connect(request.access, session)
  if (request.dryRun) {
    const plan = await planDeployment(marathon, app, options, { report })
    report.close()
    await print(
      json
        ? jsonText(plan)
        : formatPlan(plan)
            .map(line => `${visible(line)}\n`)
            .join(''),
    )
    return 0
  }
  const result = await deployApp(marathon, app, options, { report, fetch, signal })
  if (result.state === 'cancelled') report.note(result.message)
  signal.throwIfAborted()
  const words = result.culprit ? await lastWords(result.culprit, agents) : []
  report.close()
  const success = isSuccess(result.state)
  if (!quiet || !success) process.stderr.write(`\n${formatDeployed(result, words)}`)
  if (json) await print(jsonText(result))
  return success ? 0 : 1
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
