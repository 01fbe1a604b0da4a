import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import manifest from '../../../package.json' with { type: 'json' }
import { encodingFor, encodingName } from '../../codec/gzip/gzip.ts'
import { readContext } from '../../github/context.ts'
import { createFetch } from '../../http/fetch.ts'
import { createUpload } from '../../http/upload.ts'
import { UsageError } from '../../lib/errors.ts'
import { inTurn } from '../../lib/in-turn.ts'
import { clashes, servicesOf } from '../../settings/project/services.ts'
import { HAB, NAMED } from '../../settings/rows/packages.ts'
import { EXPORT } from '../../settings/tables.ts'
import { logReporter, mask } from '../shared/log.ts'
import { runAction } from '../shared/run.ts'
import { Steps } from '../shared/steps.ts'
import { type ServiceOutput, setExportOutputs } from './outputs.ts'
import { restorePackageCache } from './package-cache.ts'
import { publisherOf } from './publisher.ts'
import {
  compareWithRelease,
  exportService,
  openGitHub,
  readService,
  type Service,
  setOutputs,
} from './service.ts'
import { WORKSPACE_STATE } from './state.ts'

await runAction(EXPORT, async ({ inputs, file, valuesOf, listen }) => {
  const { env } = process
  for (const secret of secretVariables(env)) mask(secret)
  const context = await readContext(env)
  const named = {
    packages: inputs.given(NAMED.packages)?.map(({ text }) => text) ?? [],
    plan: inputs.given(HAB.plan)?.at(-1)?.text,
  }
  const wanted = await inTurn(file ? servicesOf(file, named) : [[]], async tables => {
    const values = valuesOf(tables)
    return { action: await readService(values, context), values }
  })

  const report = logReporter()
  const signal = listen()
  const fetch = createFetch({ version: manifest.version, signal })
  const upload = createUpload({ version: manifest.version, signal })
  const temporary = env.RUNNER_TEMP ?? tmpdir()
  const steps = new Steps()
  const tools = { context, fetch, upload, report, signal, env, temporary, steps }
  try {
    const services: Service[] = []
    for (const { action, values } of wanted) {
      const publish = await values.attempt(() => publisherOf(action, tools, values))
      const github = action.changes ? await values.attempt(() => openGitHub(action, tools)) : undefined
      if (publish) services.push({ action, publish, github })
    }
    const problems = [
      ...wanted.flatMap(({ values }) => [...values.problems]),
      ...clashes(wanted.map(({ action }) => action.request)),
    ]
    const [first, ...others] = services
    if (problems.length > 0 || !first) throw new UsageError([...new Set(problems)])

    // What services cannot have of their own is the same in all of them.
    const { request: asked, hab: wantedHab } = first.action
    const onWorkspace = (path: string) => core.saveState(WORKSPACE_STATE, path)
    // What can be left out is loaded only when it is needed: an action should start quickly.
    const install =
      wantedHab &&
      (await import('./hab-packages.ts').then(({ openHab }) =>
        openHab(wantedHab, asked.token, steps, { ...tools, onWorkspace }),
      ))
    const ready = await inTurn([first, ...others], async service => {
      const { action } = service
      const installed = await install?.(action)
      return { ...service, action: { ...action, request: { ...action.request, ...installed } } }
    })
    const { cache, save } = await restorePackageCache(asked.cache, {
      service: () => import('@actions/cache'),
      env,
      temporary,
      encoding: encodingName(encodingFor(asked.compressionLevel)),
      target: ready[0].action.request.target,
      steps,
      report,
    })
    const done: ServiceOutput[] = []
    for (const service of ready) {
      const { exported, healthyAfter } = await exportService(service, cache, tools)
      if (done.length === ready.length - 1) await save([...done.map(each => each.exported), exported])
      const changes = await compareWithRelease(exported, service, tools)
      done.push({ exported, changes })
      await steps.grouped('Set outputs', async () => {
        setExportOutputs(done)
        await setOutputs(exported, service.action, tools, { healthyAfter, changes })
      })
    }
  } finally {
    report.close()
  }
})

/** Secrets that builds get from the job's environment rather than from inputs. */
function secretVariables(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(env).filter(name => name.startsWith('HAB_STUDIO_SECRET_'))
  return names.flatMap(name => env[name] || [])
}
