import type { Phase, Reporter } from '../../lib/report.ts'
import type { Observation } from './observe.ts'

/** Shows the progress of a deployment: a phase that counts tasks, and a line after each change. */
export interface DeployProgress {
  show(observation: Observation): void
  done(outcome: string): void
}

export function deployProgress(report: Reporter, appId: string, instances: number): DeployProgress {
  const phase: Phase = report.phase(`Deploying ${appId}`, instances)
  let counted = 0
  let last = ''
  return {
    show(observation) {
      const { app } = observation
      if (app) {
        const there = Math.min(app.healthChecked ? app.healthy : app.running, instances)
        phase.advance(there - counted)
        counted = there
      }
      const text = describe(observation)
      if (text !== '' && text !== last) report.note(text)
      last = text
    },
    done: outcome => phase.done(outcome),
  }
}

/** Such as "Step 1 of 2 (ScaleApplication): 1 staged, 2 running, 1 healthy, of 3 tasks". */
function describe({ deployment, app }: Observation): string {
  const { currentStep = 0, totalSteps = 0, currentActions = [] } = deployment ?? {}
  const actions = [...new Set(currentActions.map(({ action }) => action))].filter(action => action !== '')
  const step =
    totalSteps > 0
      ? `Step ${currentStep} of ${totalSteps}${actions.length > 0 ? ` (${actions.join(', ')})` : ''}`
      : ''
  const tasks = app
    ? [
        `${app.staged} staged`,
        `${app.running} running`,
        ...(app.healthChecked ? [`${app.healthy} healthy`] : []),
        ...(app.unhealthy > 0 ? [`${app.unhealthy} unhealthy`] : []),
        `of ${app.instances} task${app.instances === 1 ? '' : 's'}`,
      ].join(', ')
    : ''
  return [step, tasks].filter(text => text !== '').join(': ')
}
