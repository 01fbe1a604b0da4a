import { UsageError } from '../errors.ts'
import { OptionValues } from '../request/option-values.ts'
import { readExportRequest } from '../request/read-export.ts'
import type { ExportRequest } from '../request/request.ts'
import type { ExportInput } from './input-table.ts'
import type { Inputs } from './inputs.ts'
import type { HabRequest } from './install-hab.ts'
import { type PublishRequest, readPublishRequest } from './publish-request.ts'

/** What a workflow asks of the export action. */
export interface ExportAction {
  /** Without packages where a plan is built first. */
  request: ExportRequest
  plan?: { folder: string; originKey: string; origin?: string }
  /** How hab is installed; absent where packages come from Builder without it. */
  hab?: HabRequest & { acceptLicense: boolean }
  publish: PublishRequest
  uriTemplate?: string
  githubToken: string
  checksumFile: boolean
  summary: boolean
}

/**
 * Reads all inputs and the files that they name.
 * @throws UsageError with every problem, one line each
 */
export async function readExportAction(
  inputs: Inputs<ExportInput>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExportAction> {
  const positionals = inputs.lines('package').map(text => ({ text, doubtful: false }))
  const values = new OptionValues({ options: inputs.options(), positionals, problems: [] }, env)
  const request = await readExportRequest(positionals, values, inputs.text('origin'))
  const action: ExportAction = {
    request,
    plan: readPlan(inputs),
    hab: readHab(inputs, request),
    publish: readPublishRequest(inputs),
    uriTemplate: readUriTemplate(inputs),
    githubToken: inputs.text('github-token') ?? '',
    checksumFile: inputs.flag('checksum-file'),
    summary: inputs.flag('summary'),
  }
  const problems = [...inputs.problems, ...values.problems]
  if (problems.length > 0) throw new UsageError(problems)
  return action
}

function readPlan(inputs: Inputs<ExportInput>): ExportAction['plan'] {
  const folder = inputs.text('plan')
  const named = inputs.lines('package').length > 0
  const originKey = inputs.text('origin-key')
  if (folder === undefined) {
    if (!named)
      inputs.problems.push('package: neither it nor plan is given. Write package: core/redis, or plan: .')
    return undefined
  }
  if (named) inputs.problems.push('plan: there is a package too. Keep one of the two')
  if (originKey === undefined) {
    inputs.problems.push(
      `origin-key: a build needs the key that signs it, and pull requests from forks get no secrets. Write origin-key: \${{ secrets.HAB_ORIGIN_KEY }}`,
    )
  }
  return { folder, originKey: originKey ?? '', origin: inputs.text('origin') }
}

function readHab(inputs: Inputs<ExportInput>, { builder }: ExportRequest): ExportAction['hab'] {
  if (!inputs.flag('use-hab')) {
    if (inputs.text('plan') !== undefined) {
      inputs.problems.push(
        'use-hab: a plan is built by hab. Leave use-hab out, or name a package instead of the plan',
      )
    }
    return undefined
  }
  if (inputs.text('artifacts') !== undefined) {
    inputs.problems.push(
      'artifacts: hab does not look there. Write use-hab: false, or name the harts as package',
    )
  }
  return {
    version: inputs.text('hab-version') ?? 'latest',
    channel: inputs.text('hab-channel') ?? 'stable',
    mirror: inputs.text('hab-mirror') ?? '',
    builder: builder.url,
    acceptLicense: inputs.flag('accept-license'),
  }
}

function readUriTemplate(inputs: Inputs<ExportInput>): string | undefined {
  const given = (['uri', 'uri-base', 'uri-template'] as const).filter(name => inputs.text(name) !== undefined)
  if (given.length > 1 && given.includes('uri-template')) {
    inputs.problems.push(`${given.join(', ')}: only one can be. Keep one`)
  }
  return inputs.text('uri-template')
}
