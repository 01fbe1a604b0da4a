import { MesosizeError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { readMarathonUrls } from '../marathon/api/base-url.ts'
import { readClusterCa } from '../marathon/api/ca.ts'
import { type Credentials, readCredentials } from '../marathon/api/credentials.ts'
import { readText, statusOf } from './files.ts'
import type { AccessOption } from './marathon-options.ts'
import type { OptionValues } from './option-values.ts'
import { invalid } from './values.ts'

/** Where Marathon is and how it is told who asks. */
export interface MarathonAccess {
  /** The base URLs of its masters, at least one. */
  urls: readonly URL[]
  credentials: Credentials
  /** Certificates in PEM. */
  ca?: string
}

/** What the options ask; worth nothing if `values` has problems afterwards. */
export async function readAccess(values: OptionValues<AccessOption>): Promise<MarathonAccess> {
  const text = (name: AccessOption) => values.one(name, given => given)
  if (values.given('marathon').length === 0) {
    values.problem(
      `${setting('marathon')}: it is not said where Marathon is. Write ${setting('marathon', 'https://cluster.example.com/service/marathon')}, or set MARATHON_URL.`,
    )
  }
  const address = await values.one('marathon', given => withoutName(() => readMarathonUrls(given)))
  const credentials = await values.attempt(async () =>
    readCredentials({
      fromUrl: address?.authorization,
      user: await text('marathon-user'),
      password: await text('marathon-password'),
      dcosToken: await text('dcos-token'),
      dcosServiceAccount: await values.one('dcos-service-account', readSecret),
      dcosUser: await text('dcos-user'),
      dcosPassword: await text('dcos-password'),
    }),
  )
  const ca = await values.one('ca-file', async path => {
    const pem = await readText(path)
    return withoutName(() => readClusterCa(pem))
  })
  return { urls: address?.urls ?? [], credentials: credentials ?? { kind: 'none' }, ca }
}

/** The secret itself, or that in a file. What is neither may be a secret as well, and is not shown. */
async function readSecret(text: string): Promise<string> {
  if (text.trimStart().startsWith('{')) return text
  if ((await statusOf(text))?.isFile()) return readText(text)
  throw invalid(
    'it is neither the JSON of a secret nor the path of a file that is there. Give the JSON that "dcos security secrets create-sa-secret" stores, or its file.',
  )
}

/** Takes the name that an action's input has from the front of a message: the option's will stand there. */
function withoutName<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    throw new MesosizeError(error.code, error.message.replace(/^[a-z-]+: /, ''), { cause: error })
  }
}
