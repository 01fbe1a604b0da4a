import * as core from '@actions/core'
import manifest from '../../../package.json' with { type: 'json' }
import { readContext } from '../../github/context.ts'
import { createFetch } from '../../http/fetch.ts'
import { code } from '../../lib/markdown.ts'
import { removeApp } from '../../marathon/deploy/remove.ts'
import type { Removed } from '../../preview/remove.ts'
import { REMOVE } from '../../settings/tables.ts'
import { logReporter } from '../shared/log.ts'
import { openMarathon } from '../shared/marathon.ts'
import type { DeployActionTools } from '../shared/marathon-tools.ts'
import { runAction } from '../shared/run.ts'
import { addSummary } from '../shared/summary.ts'
import { type RemoveAction, readRemoveAction } from './inputs.ts'

await runAction(REMOVE, async ({ file, valuesOf, listen }) => {
  const values = valuesOf(file ? [file.remove, file.common] : [])
  const context = await readContext(process.env)
  const action = await readRemoveAction(values, context)
  values.check()
  const report = logReporter()
  const signal = listen()
  try {
    const opened = await openMarathon(action.access, { report, signal })
    const removed = await remove(action, { ...opened, context, report, signal })
    for (const line of [...removed.notes, ...linesOf(removed)]) report.note(line)
    core.setOutput('removed', JSON.stringify(removed.apps))
    core.setOutput('tarballs', JSON.stringify(removed.tarballs))
    if (action.summary) await addSummary(removeSummary(removed), report)
  } finally {
    report.close()
  }
})

async function remove(action: RemoveAction, tools: DeployActionTools): Promise<Removed> {
  const { removal, timeout, githubToken } = action
  if (removal.kind === 'app') {
    const outcome = await removeApp(tools.marathon, removal.id, { force: true, timeout }, tools)
    return { apps: outcome === 'removed' ? [removal.id] : [], tarballs: [], notes: [] }
  }
  const fetch = createFetch({ version: manifest.version, signal: tools.signal })
  const { removePullRequest, removeStale } = await import('../../preview/remove.ts')
  const { connect } = await import('../../github/octokit.ts')
  const github = connect({ ...tools, token: githubToken, fetch })
  const all = { ...tools, github, fetch }
  return removal.kind === 'stale'
    ? removeStale(removal.days, Date.now(), action, all)
    : removePullRequest(removal.number, action, all)
}

function linesOf({ apps, tarballs }: Removed): string[] {
  return apps.length + tarballs.length === 0
    ? ['There was nothing to remove.']
    : [...apps, ...tarballs].map(name => `Removed ${name}`)
}

function removeSummary({ apps, tarballs, notes }: Removed): string {
  const names = [...apps, ...tarballs]
  return [
    '## Removed',
    ...notes,
    names.length === 0 ? 'There was nothing to remove.' : names.map(name => `- ${code(name)}`).join('\n'),
    '',
  ].join('\n\n')
}
