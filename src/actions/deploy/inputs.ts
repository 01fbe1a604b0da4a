import { MesosizeError } from '../../lib/errors.ts'
import type { AppDefinition } from '../../marathon/app/validate.ts'
import { parseApp } from '../../marathon/deploy/app-text.ts'
import { checkApp } from '../../marathon/deploy/check.ts'
import type { DeployOptions } from '../../marathon/deploy/deploy.ts'
import { type Preview, readPreview } from '../../preview/preview.ts'
import { type PackageSize, readPackageSizes } from '../../preview/sizes.ts'
import { readText } from '../../settings/files.ts'
import type { MarathonAccess } from '../../settings/read-access.ts'
import { readDuration } from '../../settings/values.ts'
import type { Input } from '../shared/input-table.ts'
import type { Inputs } from '../shared/inputs.ts'
import { MARATHON_INPUTS, readAs, readMarathonAccess } from '../shared/marathon.ts'

/** Every input of the deploy action, as in deploy/action.yml. */
export const DEPLOY_INPUTS = {
  app: { form: 'text' },
  ...MARATHON_INPUTS,
  force: { form: 'flag' },
  'dry-run': { form: 'flag' },
  timeout: { form: 'text', default: '15m' },
  'fail-fast': { form: 'text', default: '3' },
  rollback: { form: 'flag', default: 'true', row: 'no-rollback', inverted: true },
  'allow-unfetchable-uri': { form: 'flag' },
  'allow-many-instances': { form: 'flag' },
  packages: { form: 'text' },
  comment: { form: 'flag', default: 'true' },
  'github-token': { form: 'text', secret: true },
  summary: { form: 'flag', default: 'true' },
} as const satisfies Record<string, Input>

type DeployInput = keyof typeof DEPLOY_INPUTS

/** What a workflow asks of the deploy action. */
export interface DeployAction {
  app: AppDefinition
  /** What the app's labels tell of the preview that it is. */
  preview?: Preview
  access: MarathonAccess
  options: DeployOptions
  dryRun: boolean
  /** Of the app's image. */
  packages?: readonly PackageSize[]
  comment: boolean
  githubToken: string
  summary: boolean
}

/** Reads all inputs and the files that they name; undefined if `inputs` has problems afterwards. */
export async function readDeployAction(
  inputs: Inputs<DeployInput>,
  fromFork: boolean,
): Promise<DeployAction | undefined> {
  const options: DeployOptions = {
    force: inputs.flag('force'),
    timeout: (await readAs('timeout', inputs, () => readDuration(inputs.text('timeout')!)))!,
    failFast: inputs.number('fail-fast', 0),
    rollback: inputs.flag('rollback'),
    allowUnfetchableUri: inputs.flag('allow-unfetchable-uri'),
    allowManyInstances: inputs.flag('allow-many-instances'),
  }
  const app = await readAs('app', inputs, async () => checkApp(await readApp(inputs), options))
  const preview = app && (await inputs.attempt(() => readPreview(app.labels)))
  const packages = inputs.text('packages')
  const access = await readMarathonAccess(inputs, fromFork)
  const rest = {
    preview,
    options,
    dryRun: inputs.flag('dry-run'),
    packages: await inputs.attempt(() =>
      packages === undefined ? undefined : readPackageSizes(packages, 'packages'),
    ),
    comment: inputs.flag('comment'),
    githubToken: inputs.text('github-token') ?? '',
    summary: inputs.flag('summary'),
  }
  return app && access && inputs.problems.length === 0 ? { app, access, ...rest } : undefined
}

/** JSON text begins with a brace, and the path of a file could as well; then it can be written as ./{. */
async function readApp(inputs: Inputs<DeployInput>): Promise<AppDefinition> {
  const text = inputs.text('app')
  if (text === undefined) {
    throw new MesosizeError(
      'APP_MISSING',
      `it is missing. Write app: \${{ steps.export.outputs.app-path }}, or the JSON itself`,
    )
  }
  return /^[{[]/.test(text) ? parseApp(text, 'app') : parseApp(await readText(text), JSON.stringify(text))
}
