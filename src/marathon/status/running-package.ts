import { formatIdent, parseFullIdent } from '../../habitat/package/ident.ts'
import { readText } from '../../http/body.ts'
import type { Fetch } from '../../http/fetch.ts'
import { object, parsed, readJson, text } from '../../lib/json.ts'
import type { JsonObject } from '../app/request.ts'

/** Milliseconds. */
const TIMEOUT = 3000
/** Bytes; the response contains the service's whole configuration. */
const LARGEST_ANSWER = 4 * 1024 * 1024

const SERVICE = object({ pkg: object({ ident: parsed(text, parseFullIdent) }) })

/** The update strategy of the Supervisors, if they have one; like the group, it is only in the command. */
export function strategyOf({ cmd }: JsonObject): 'at-once' | 'rolling' | undefined {
  const flag = / (?:--strategy|-s)[ =]?(at-once|rolling)(?![\w-])/.exec(typeof cmd === 'string' ? cmd : '')
  return flag?.[1] as ReturnType<typeof strategyOf>
}

/**
 * Asks a Supervisor which release it runs.
 * @param url of the service on its HTTP gateway (components/sup/doc/http_gateway_services_schema.json in Habitat)
 * @returns the full ident; undefined if the gateway cannot be reached or requires a token
 */
export async function askRunningPackage(
  fetch: Fetch,
  url: URL,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(TIMEOUT)
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    if (response.status !== 200) return undefined
    const { value: service } = readJson(
      SERVICE,
      await readText({ response, shown: url.href }, LARGEST_ANSWER),
    )
    return service && formatIdent(service.pkg.ident)
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
