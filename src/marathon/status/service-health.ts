import { parseIdent } from '../../habitat/package/ident.ts'
import { readText } from '../../http/body.ts'
import type { Fetch } from '../../http/fetch.ts'
import { isObject } from '../../lib/is-object.ts'
import { readJson, text } from '../../lib/json.ts'
import { fields, maybe } from '../../lib/lenient-json.ts'
import type { JsonObject } from '../app/request.ts'
import type { Endpoint } from '../deploy/endpoints.ts'
import { httpUrl } from '../logs/host.ts'

/** What the Supervisor reports about its service; `not reported` if its response says nothing about it. */
export type ServiceHealth = 'ok' | 'warning' | 'critical' | 'unknown' | 'not reported' | 'unreachable'

/** Milliseconds. */
const TIMEOUT = 3000
/** Bytes; the response contains the output of the package's health-check hook. */
const LARGEST_ANSWER = 1024 * 1024
/** Characters from the end of that output that a message shows. */
const MOST_WORDS = 300

/**
 * The URL at which the Supervisor of a task reports on its service, on its HTTP gateway.
 * @param endpoints of the task
 * @param question empty for everything about the service
 * @returns undefined for apps that were not exported by Mesosize, and for tasks without a gateway
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

export interface ServiceAnswer {
  health: ServiceHealth
  /** The output of the package's health-check hook, if any. */
  output?: string
}

/** Asks for it. A failure is only reported as `unreachable`, because the gateway may not be reachable from here. */
export async function askService(fetch: Fetch, url: URL, signal?: AbortSignal): Promise<ServiceAnswer> {
  const late = AbortSignal.timeout(TIMEOUT)
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    const health = HEALTH[response.status]
    if (health === undefined) return { health: 'not reported' }
    // Even if the body cannot be read, the status is known.
    const { status, output } = read(
      await readText({ response, shown: url.href }, LARGEST_ANSWER).catch(() => ''),
    )
    signal?.throwIfAborted()
    return { health: health === 'ok' && status === 'WARNING' ? 'warning' : health, output }
  } catch {
    signal?.throwIfAborted()
    return { health: 'unreachable' }
  }
}

/** The answer as a sentence. */
export function formatService({ health, output }: ServiceAnswer): string {
  if (health === 'unreachable') return 'Its Supervisor cannot be reached from here.'
  if (health === 'not reported') return 'Its Supervisor does not report on the service.'
  const words = output === undefined ? '' : `: ${JSON.stringify(output.slice(-MOST_WORDS))}`
  return `Its Supervisor reports the service as ${health}${words}.`
}

/** Source: http_gateway.rs in Habitat's components/sup. A warning also has the status 200. */
const HEALTH: Readonly<Record<number, ServiceHealth>> = { 200: 'ok', 503: 'critical', 500: 'unknown' }

/** HealthCheckBody, in the same place. */
const BODY = fields({ status: maybe(text), stdout: maybe(text), stderr: maybe(text) })

function read(body: string): { status?: string; output?: string } {
  const answer = readJson(BODY, body).value
  const output = [answer?.stdout, answer?.stderr].map(each => each?.trim() ?? '').filter(each => each !== '')
  return { status: answer?.status, output: output.length > 0 ? output.join('\n') : undefined }
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

/** The service group, which is only given on the command line. */
function groupOf({ cmd }: JsonObject): string {
  return / --group=([A-Za-z0-9_-]+)/.exec(typeof cmd === 'string' ? cmd : '')?.[1] ?? 'default'
}
