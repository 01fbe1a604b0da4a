import * as v from 'valibot'
import { readBytes } from '../../http/body.ts'
import { formatStatus } from '../../http/errors.ts'
import type { Fetch } from '../../http/fetch.ts'
import { get } from '../../http/get.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { text } from '../../lib/json.ts'
import { fields, maybe } from '../../lib/lenient-json.ts'
import { printableUrl } from '../../lib/url.ts'
import type { Authorization } from '../api/authorization.ts'
import type { Marathon } from '../api/client.ts'
import { httpUrl } from './host.ts'

/** Where a task runs or ran. */
export interface TaskPlace {
  taskId: string
  host: string
  /** The agent's id. */
  slaveId?: string
}

export interface AgentTools {
  fetch: Fetch
  authorization: Authorization
  signal?: AbortSignal
  /** The port of the agents' HTTP API, for direct access. */
  port?: number
  /** Milliseconds for one response. */
  timeout?: number
}

/** The agents of a Marathon's cluster. */
export interface Agents {
  /** Marathon's framework id in Mesos; undefined if Marathon does not report it, as DC/OS may forbid. */
  frameworkId(): Promise<string | undefined>
  /** The possible ways to an agent's HTTP API, at least one, the likeliest first. */
  waysTo(task: TaskPlace): AgentWay[]
}

/** One way to one agent. */
export interface AgentWay {
  /**
   * @param limit of the response, bytes
   * @returns the bytes of the response; undefined for 404
   * @throws MesosizeError AGENT_UNREACHABLE, AGENT_REFUSED, HTTP_...
   */
  get(path: string, query: Readonly<Record<string, string>>, limit: number): Promise<Buffer | undefined>
}

const INFO = fields({ frameworkId: maybe(text) })

const AGENT_PORT = 5051
const TIMEOUT = 10_000

export function createAgents(marathon: Marathon, tools: AgentTools): Agents {
  const { port = AGENT_PORT, signal } = tools
  let framework: Promise<string | undefined> | undefined
  return {
    frameworkId() {
      framework ??= askFrameworkId(marathon, signal)
      return framework
    },
    waysTo({ host, slaveId }) {
      const cluster = clusterUrl(marathon.base)
      const ways: AgentWay[] = []
      if (cluster && slaveId !== undefined && /^\w[\w.-]*$/.test(slaveId)) {
        ways.push(way(`${cluster}/agent/${slaveId}`, tools.authorization, tools))
      }
      const direct = httpUrl(host, port)
      if (direct) ways.push(way(direct.origin, undefined, tools))
      if (ways.length > 0) return ways
      throw new MesosizeError(
        'AGENT_UNREACHABLE',
        `The task's host is ${JSON.stringify(host)}, which is not a host name, so its agent cannot be asked.`,
      )
    },
  }
}

/** In DC/OS, Marathon is at `/service/NAME`, formerly `/marathon`, and the agents are beside it at `/agent/ID`. */
function clusterUrl(base: URL): string | undefined {
  const [, prefix] = /^(.*?)\/(?:service\/.+|marathon)$/.exec(base.pathname) ?? []
  return prefix === undefined ? undefined : base.origin + prefix
}

async function askFrameworkId(marathon: Marathon, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const info = await marathon.send({ method: 'GET', path: '/v2/info', what: 'describe itself', tries: 2 })
    return v.parse(INFO, info).frameworkId
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

function way(base: string, authorization: Authorization | undefined, tools: AgentTools): AgentWay {
  const { fetch, timeout = TIMEOUT } = tools

  async function ask(url: URL, header: string | undefined, signal: AbortSignal, limit: number) {
    const answer = await get(fetch, url, { authorization: header, signal })
    const { response } = answer
    if (response.status === 200) return { status: 200, body: await readBytes(answer, { most: limit }) }
    await response.body?.cancel()
    return { status: response.status }
  }

  return {
    async get(path, query, limit) {
      const url = new URL(`${base}${path}`)
      url.search = new URLSearchParams(query).toString()
      const late = AbortSignal.timeout(timeout)
      const signal = tools.signal ? AbortSignal.any([tools.signal, late]) : late
      try {
        const header = await authorization?.header()
        let answer = await ask(url, header, signal, limit)
        if (answer.status === 401 && (await authorization?.renew(header))) {
          answer = await ask(url, await authorization?.header(), signal, limit)
        }
        if (answer.status === 404) return undefined
        if (answer.body) return answer.body
        throw refused(url, answer.status, authorization !== undefined)
      } catch (error) {
        tools.signal?.throwIfAborted()
        if (!late.aborted) throw error
        throw new MesosizeError(
          'AGENT_UNREACHABLE',
          `No answer came from the agent at ${printableUrl(url)} within ${timeout / 1000} seconds. Ask from a machine in its network, or use Mesos' web interface.`,
        )
      }
    },
  }
}

function refused(url: URL, status: number, authorized: boolean): MesosizeError {
  const next =
    status === 401 || status === 403
      ? authorized
        ? 'In DC/OS, reading the output of tasks needs the permission dcos:adminrouter:ops:slave with full.'
        : "Agents that require a login can only be read in Mesos' web interface."
      : 'Try again later.'
  return new MesosizeError(
    'AGENT_REFUSED',
    `The agent at ${printableUrl(url)} answered ${formatStatus(status)}. ${next}`,
  )
}
