import * as core from '@actions/core'
import manifest from '../../../package.json' with { type: 'json' }
import { createFetch, type Fetch } from '../../http/fetch.ts'
import { noteRetries } from '../../http/retry-notes.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { createAuthorization } from '../../marathon/api/authorization.ts'
import { readMarathonUrls } from '../../marathon/api/base-url.ts'
import { readClusterCa } from '../../marathon/api/ca.ts'
import { createMarathon, type Marathon } from '../../marathon/api/client.ts'
import { readCredentials } from '../../marathon/api/credentials.ts'
import { type Agents, createAgents } from '../../marathon/logs/agents.ts'
import { readText } from '../../settings/files.ts'
import type { MarathonAccess } from '../../settings/read-access.ts'
import type { Input } from './input-table.ts'
import type { Inputs } from './inputs.ts'

/** The inputs about Marathon that several actions have, as in their action.yml. */
export const MARATHON_INPUTS = {
  'marathon-url': { form: 'lines', row: 'marathon' },
  'marathon-user': { form: 'text' },
  'marathon-password': { form: 'text', secret: true },
  'dcos-token': { form: 'text', secret: true },
  'dcos-service-account': { form: 'text', secret: true },
  'dcos-user': { form: 'text' },
  'dcos-password': { form: 'text', secret: true },
  'ca-file': { form: 'text' },
} as const satisfies Record<string, Input>

type MarathonInput = keyof typeof MARATHON_INPUTS

/**
 * Reads the inputs about Marathon; undefined where `inputs` gets problems by that.
 * @param fromFork whether the run has no secrets
 */
export async function readMarathonAccess(
  inputs: Inputs<MarathonInput>,
  fromFork: boolean,
): Promise<MarathonAccess | undefined> {
  const { length } = inputs.problems
  const text = inputs.text('marathon-url')
  if (text === undefined) {
    inputs.problems.push(
      fromFork
        ? 'marathon-url: it is empty, and this pull request is from a fork, which gets no secrets. Let a workflow that runs on workflow_run deploy it, as in the README under "Preview per pull request"'
        : 'marathon-url: it is missing. Write the base URL of Marathon, such as marathon-url: https://cluster.example.com/service/marathon',
    )
  }
  const address = text === undefined ? undefined : await inputs.attempt(() => readMarathonUrls(text))
  const credentials = await inputs.attempt(() =>
    readCredentials({
      fromUrl: address?.authorization,
      user: inputs.text('marathon-user'),
      password: inputs.text('marathon-password'),
      dcosToken: inputs.text('dcos-token'),
      dcosServiceAccount: inputs.text('dcos-service-account'),
      dcosUser: inputs.text('dcos-user'),
      dcosPassword: inputs.text('dcos-password'),
    }),
  )
  const ca = await readCa(inputs)
  if (!address || !credentials || inputs.problems.length > length) return undefined
  return { urls: address.urls, credentials, ca }
}

async function readCa(inputs: Inputs<MarathonInput>): Promise<string | undefined> {
  const path = inputs.text('ca-file')
  if (path === undefined) return undefined
  return readAs('ca-file', inputs, async () => readClusterCa(await readText(path)))
}

/** Reads an input by what is used for an option too; its messages have another name, or none, in front. */
export async function readAs<T, Name extends string>(
  name: Name,
  inputs: Inputs<Name>,
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  return inputs.attempt(async () => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof MesosizeError)) throw error
      throw new MesosizeError(error.code, `${name}: ${error.message.replace(/^[a-z-]+: /, '')}`, {
        cause: error,
      })
    }
  })
}

/** Tokens that a login gives are masked as soon as there are any. */
export async function openMarathon(
  { urls, credentials, ca }: MarathonAccess,
  { report, signal }: { report: Reporter; signal: AbortSignal },
): Promise<{ fetch: Fetch; marathon: Marathon; agents: Agents }> {
  const fetch = createFetch({ version: manifest.version, signal, ca })
  const retry = noteRetries(report)
  const login = createAuthorization(credentials, urls[0]!, { fetch, report, signal, retry })
  const masked = new Set<string>()
  const authorization = {
    ...login,
    async header() {
      const header = await login.header()
      const token = header?.replace(/^\S+?[ =]/, '')
      if (token !== undefined && !masked.has(token)) core.setSecret(token)
      masked.add(token ?? '')
      return header
    },
  }
  const marathon = await createMarathon({ urls, authorization, fetch, report, signal, retry })
  return { fetch, marathon, agents: createAgents(marathon, { fetch, authorization, signal }) }
}

/** Takes secrets, and where Marathon is, which may be one, out of texts that everyone can read. */
export function hider({ urls }: MarathonAccess, secrets: readonly string[]): (text: string) => string {
  // The longest first: one may be a part of another.
  const hidden = [...secrets, ...urls.map(({ host }) => host)].toSorted((a, b) => b.length - a.length)
  return text => hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
