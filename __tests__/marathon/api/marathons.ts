import { generateKeyPairSync } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { createFetch, type Fetch } from '../../../src/http/fetch.ts'
import { createAuthorization } from '../../../src/marathon/api/authorization.ts'
import { readMarathonUrls } from '../../../src/marathon/api/base-url.ts'
import { createMarathon } from '../../../src/marathon/api/client.ts'
import { type GivenCredentials, readCredentials } from '../../../src/marathon/api/credentials.ts'
import { type MarathonServerOptions, startMarathon } from '../../testkit/marathon-server.ts'
import { listener } from '../app/fixtures.ts'

/** A stand-in that ends with the test; its time passes only by `tick`. */
export async function marathonServer(options: MarathonServerOptions = {}) {
  const server = await startMarathon({ pace: 0, ...options })
  onTestFinished(() => server.close())
  return server
}

export interface ClientOptions {
  given?: GivenCredentials
  fetch?: Fetch
  now?: () => number
  signal?: AbortSignal
  tries?: number
}

/** A client of what `marathon-url` names, and what it tells. Its retries do not wait. */
export function clientOf(marathonUrl: string, options: ClientOptions = {}) {
  const { urls, authorization: fromUrl } = readMarathonUrls(marathonUrl)
  const report = listener()
  const pauses: number[] = []
  const retry = { sleep: async (pause: number) => void pauses.push(pause), tries: options.tries ?? 3 }
  const fetch = options.fetch ?? createFetch({ version: '1', signal: options.signal })
  const tools = { fetch, report, retry, now: options.now, signal: options.signal }
  const authorization = createAuthorization(readCredentials({ fromUrl, ...options.given }), urls[0]!, tools)
  return { marathon: createMarathon({ ...tools, urls, authorization }), authorization, report, pauses }
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** A DC/OS service account, and its secret. */
export const ACCOUNT = { uid: 'ci-deployer', publicKey, privateKey }

export function secretOf(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ uid: ACCOUNT.uid, scheme: 'RS256', private_key: privateKey, ...changes })
}
