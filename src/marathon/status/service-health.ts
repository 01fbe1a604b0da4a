import { parseIdent } from '../../habitat/package/ident.ts'
import { readText } from '../../http/body.ts'
import type { Fetch } from '../../http/fetch.ts'
import { object } from '../api/reading.ts'
import { isObject, type JsonObject } from '../app/request.ts'
import type { Endpoint } from '../deploy/endpoints.ts'
import { httpUrl } from '../logs/host.ts'

/** What the Supervisor says of its service; `not told` stands for an answer that says nothing of it. */
export type ServiceHealth = 'ok' | 'warning' | 'critical' | 'unknown' | 'not told' | 'unreachable'

/** Milliseconds. */
const TIMEOUT = 3000
/** Bytes; the answer has what the package's health-check hook printed in it. */
const LARGEST_ANSWER = 1024 * 1024

/**
 * Where the Supervisor of a task answers questions about its service: on its HTTP gateway.
 * @param endpoints of the task
 * @param question nothing for all about the service
 * @returns undefined for apps that Mesosize has not made, and for tasks without a gateway
 */
export function serviceUrl(
  app: JsonObject,
  endpoints: readonly Endpoint[],
  question: '' | '/health',
): URL | undefined {
  const service = serviceOf(app)
  const gateway = endpoints.find(({ name }) => name === 'gateway')
  if (service === undefined || !gateway) return undefined
  return httpUrl(gateway.host, gateway.port, `/services/${service}/${groupOf(app)}${question}`)
}

/** Asks for it. No failure is more than a word: whether the gateway can be reached from here says little. */
export async function askServiceHealth(fetch: Fetch, url: URL, signal?: AbortSignal): Promise<ServiceHealth> {
  const late = AbortSignal.timeout(TIMEOUT)
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    // Source: http_gateway.rs in Habitat's components/sup. 200 stands for a warning too.
    switch (response.status) {
      case 200:
        return isWarning(await readText({ response, url }, LARGEST_ANSWER)) ? 'warning' : 'ok'
      case 503:
        return 'critical'
      case 500:
        return 'unknown'
      default:
        return 'not told'
    }
  } catch {
    signal?.throwIfAborted()
    return 'unreachable'
  }
}

function isWarning(body: string): boolean {
  try {
    return object(JSON.parse(body))?.status === 'WARNING'
  } catch {
    return false
  }
}

/** The service's name, which is that of its package. */
function serviceOf({ labels }: JsonObject): string | undefined {
  const ident = isObject(labels) ? labels['mesosize.ident'] : undefined
  try {
    return typeof ident === 'string' ? parseIdent(ident).name : undefined
  } catch {
    return undefined
  }
}

/** The service group, which is said on the command line alone. */
function groupOf({ cmd }: JsonObject): string {
  return / --group=([A-Za-z0-9_-]+)/.exec(typeof cmd === 'string' ? cmd : '')?.[1] ?? 'default'
}
