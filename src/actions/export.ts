import { appendFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import manifest from '../../package.json' with { type: 'json' }
import type { Exported } from '../export.ts'
import { readContext } from '../github/context.ts'
import { createFetch } from '../http/fetch.ts'
import { createUpload } from '../http/upload.ts'
import { probe } from '../publish/probe.ts'
import { runExport } from '../run-export.ts'
import { type ExportAction, readExportAction } from './export-request.ts'
import { packagesFromHab } from './hab-packages.ts'
import { EXPORT_INPUTS } from './input-table.ts'
import { Inputs } from './inputs.ts'
import { setExportOutputs } from './outputs.ts'
import { publisherOf } from './publisher.ts'
import { logReporter, runAction } from './run.ts'
import { WORKSPACE_STATE } from './state.ts'
import { Steps } from './steps.ts'
import { exportSummary } from './summary.ts'

await runAction(EXPORT_INPUTS, async signal => {
  const { env } = process
  const inputs = new Inputs(EXPORT_INPUTS, env)
  for (const secret of [...inputs.secrets(), env.HAB_AUTH_TOKEN ?? '']) if (secret) core.setSecret(secret)
  const wanted = await readExportAction(inputs, env)
  const context = await readContext(env)
  const action = context.fromFork ? withoutWriting(wanted) : wanted

  const report = logReporter(EXPORT_INPUTS)
  const fetch = createFetch({ version: manifest.version, signal })
  const upload = createUpload({ version: manifest.version, signal })
  const tools = { context, fetch, upload, report, signal }
  const steps = new Steps()
  try {
    // Before anything is installed: what is wrong with the target is told at once.
    const publish = await publisherOf(action, tools)
    const { hab } = action
    const request = hab
      ? await packagesFromHab({ ...action, hab }, steps, {
          ...tools,
          env,
          temporary: env.RUNNER_TEMP ?? tmpdir(),
          onWorkspace: path => core.saveState(WORKSPACE_STATE, path),
        })
      : action.request
    const exported = await steps.grouped('Export', () => runExport(request, { ...tools, publish }))
    await steps.grouped('Hand on', () => handOn(exported, action, steps, tools))
  } finally {
    report.close()
  }
})

/** A run for a pull request from a fork has a token that can only read, and gets no secrets. */
function withoutWriting(action: ExportAction): ExportAction {
  if (action.publish.to !== 'release') return action
  core.notice(
    'This pull request is from a fork, whose token cannot write a release: the tarball becomes an artifact of the run instead.',
    { title: 'Mesosize' },
  )
  return { ...action, publish: { to: 'artifact' } }
}

async function handOn(
  exported: Exported,
  { checksumFile, publish, summary }: ExportAction,
  steps: Steps,
  tools: Parameters<typeof probe>[2],
): Promise<void> {
  const { tarball, location } = exported
  if (checksumFile) await writeFile(`${tarball.path}.sha256`, `${tarball.sha256}  ${tarball.name}\n`)
  setExportOutputs(exported)
  const { GITHUB_ARTIFACTS } = process.env
  if (GITHUB_ARTIFACTS) await appendFile(GITHUB_ARTIFACTS, `${tarball.path}\n`)
  // A draft's URI works once it is published, and what is not on the web has been told of.
  const isDraft = publish.to === 'release' && publish.draft
  if (!isDraft && /^https?:/.test(location.uri)) await probe(location.uri, tarball.size, tools)
  if (summary) await core.summary.addRaw(exportSummary(exported, steps.done)).write()
}
