import { parseIdent } from '../../habitat/package/ident.ts'
import { readText } from '../../http/body.ts'
import type { Fetch } from '../../http/fetch.ts'
import { isObject } from '../../lib/is-object.ts'
import { readJson, text } from '../../lib/json.ts'
import { fields, maybe } from '../../lib/lenient-json.ts'
import type { JsonObject } from '../app/request.ts'
import type { Endpoint } from '../deploy/endpoints.ts'
import { httpUrl } from '../logs/host.ts'

/** What the Supervisor says about its service; `not reported` stands for an answer that says nothing about it. */
export type ServiceHealth = 'ok' | 'warning' | 'critical' | 'unknown' | 'not reported' | 'unreachable'

/** Milliseconds. */
const TIMEOUT = 3000
/** Bytes; the answer has what the package's health-check hook printed in it. */
const LARGEST_ANSWER = 1024 * 1024
/** Characters of it that a message shows: the last ones. */
const MOST_WORDS = 300

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

export interface ServiceAnswer {
  health: ServiceHealth
  /** What the package's health-check hook printed, where it printed anything. */
  output?: string
}

/** Asks for it. No failure is more than a word: whether the gateway can be reached from here says little. */
export async function askService(fetch: Fetch, url: URL, signal?: AbortSignal): Promise<ServiceAnswer> {
  const late = AbortSignal.timeout(TIMEOUT)
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    const health = HEALTH[response.status]
    if (health === undefined) return { health: 'not reported' }
    // Whatever becomes of the body, the status has said the most.
    const { status, output } = read(await readText({ response, url }, LARGEST_ANSWER).catch(() => ''))
    signal?.throwIfAborted()
    return { health: health === 'ok' && status === 'WARNING' ? 'warning' : health, output }
  } catch {
    signal?.throwIfAborted()
    return { health: 'unreachable' }
  }
}

/** An answer as a sentence. */
export function formatService({ health, output }: ServiceAnswer): string {
  if (health === 'unreachable') return 'Its Supervisor cannot be reached from here.'
  if (health === 'not reported') return 'Its Supervisor does not report on the service.'
  const words = output === undefined ? '' : `: ${JSON.stringify(output.slice(-MOST_WORDS))}`
  return `Its Supervisor reports the service as ${health}${words}.`
}

/** Source: http_gateway.rs in Habitat's components/sup. 200 stands for a warning too. */
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

/** The service group, which is given only on the command line alone. */
function groupOf({ cmd }: JsonObject): string {
  return / --group=([A-Za-z0-9_-]+)/.exec(typeof cmd === 'string' ? cmd : '')?.[1] ?? 'default'
}
