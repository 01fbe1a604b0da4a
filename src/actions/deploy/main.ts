import * as core from '@actions/core'
import manifest from '../../../package.json' with { type: 'json' }
import { readContext } from '../../github/context.ts'
import { createFetch } from '../../http/fetch.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { deployApp } from '../../marathon/deploy/deploy.ts'
import { type DeployResult, isSuccess } from '../../marathon/deploy/outcome.ts'
import { formatPlan, planDeployment } from '../../marathon/deploy/plan.ts'
import { lastWords } from '../../marathon/logs/last-words.ts'
import { previewUrl } from '../../preview/comment.ts'
import { DEPLOY } from '../../settings/tables.ts'
import { annotate, failStep, logReporter, say } from '../shared/log.ts'
import { hider, openMarathon } from '../shared/marathon.ts'
import type { DeployActionTools } from '../shared/marathon-tools.ts'
import { runAction } from '../shared/run.ts'
import { addSummary } from '../shared/summary.ts'
import { type DeployAction, readDeployAction } from './inputs.ts'
import { deploySummary } from './summary.ts'

await runAction(DEPLOY, async ({ file, valuesOf, secrets, listen }) => {
  const values = valuesOf(file ? [file.deploy, file.common] : [])
  const context = await readContext(process.env)
  const action = await readDeployAction(values, context.fromFork)
  values.check()
  const report = logReporter()
  const signal = listen()
  try {
    const opened = await openMarathon(action.access, { report, signal })
    await deploy(action, { ...opened, context, report, signal }, hider(action.access, secrets))
  } finally {
    report.close()
  }
})

async function deploy(
  action: DeployAction,
  tools: DeployActionTools,
  hide: (text: string) => string,
): Promise<void> {
  const { app, options, dryRun } = action
  const { marathon, report } = tools
  if (dryRun) {
    const plan = await planDeployment(marathon, app, options, tools)
    for (const line of formatPlan(plan)) say(line)
    core.setOutput('state', 'planned')
    return
  }
  const result = await start(action, tools, hide)
  if (typeof result === 'string') {
    annotate('notice', `${result} There is nothing more to do here.`, 'Mesosize: superseded')
    core.setOutput('state', 'superseded')
    return
  }
  setOutputs(result)
  if (action.summary) await addSummary(deploySummary(result), report)
  if (isSuccess(result.state)) {
    report.note(result.message)
    for (const { name, host, port } of result.endpoints) report.note(`${name} is at ${host}:${port}`)
    return
  }
  const { culprit } = result
  const words = culprit && !tools.signal.aborted ? await lastWords(culprit, tools.agents) : []
  failStep([result.message, ...words].join('\n'))
}

async function start(
  action: DeployAction,
  tools: DeployActionTools,
  hide: (text: string) => string,
): Promise<DeployResult | string> {
  const { app, options, preview, githubToken } = action
  const { context, marathon, report, signal } = tools
  if (preview === undefined) return deployApp(marathon, app, options, tools)
  const { owner, repo } = context.repository
  if (preview.repository.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) {
    throw new MesosizeError(
      'PREVIEW_REPOSITORY',
      `app: it is a preview of ${preview.repository}#${preview.number}, but this run belongs to ${owner}/${repo}. Deploy it in a workflow of its own repository.`,
    )
  }
  const fetch = createFetch({ version: manifest.version, signal })
  const [{ connect }, { deployPreview }] = await Promise.all([
    import('../../github/octokit.ts'),
    import('../../preview/deploy.ts'),
  ])
  const github = connect({ context, token: githubToken, fetch, report, signal })
  return deployPreview({ ...action, preview }, { ...tools, github, hide })
}

function setOutputs({ deploymentId, version, state, endpoints }: DeployResult): void {
  core.setOutput('deployment-id', deploymentId)
  core.setOutput('app-version', version)
  core.setOutput('state', state)
  core.setOutput('endpoints', JSON.stringify(endpoints))
  core.setOutput('url', previewUrl(endpoints) ?? '')
}
