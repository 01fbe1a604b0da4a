import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { messageOf } from '../lib/errors.ts'
import { quote } from '../lib/quote.ts'
import type { HealthCheck } from './app.ts'
import type { Container } from './container.ts'
import { HOST } from './environment.ts'
import type { Port } from './ports.ts'

/** What a probe needs of the task. */
export interface Probed {
  ports: readonly Port[]
  container: Pick<Container, 'beside'>
}

/** Characters of an answer that a message shows. */
const MOST_WORDS = 300

/**
 * Carries out a health check once. Source: checks/checker_process.cpp in Mesos.
 * @param over aborted when nobody wants to know any more: what is asked need not be the task, and may never answer
 * @returns what is wrong, as the rest of a sentence about the check; undefined if the task is healthy
 */
export async function probe(
  check: HealthCheck,
  task: Probed,
  over: AbortSignal,
): Promise<string | undefined> {
  const limit = check.timeoutSeconds * 1000
  const late = limit > 0 ? AbortSignal.timeout(limit) : undefined
  const signal = late ? AbortSignal.any([over, late]) : over
  try {
    switch (check.protocol) {
      case 'COMMAND':
        return await runCommand(check.command?.value ?? '', task, signal)
      case 'TCP':
      case 'MESOS_TCP': {
        const socket = connect({ host: HOST, port: portOf(check, task), signal })
        await once(socket, 'connect').finally(() => socket.destroy())
        return undefined
      }
      default:
        return await ask(urlOf(check, task), signal)
    }
  } catch (error) {
    if (late?.aborted) return `had no answer within ${check.timeoutSeconds} s`
    const { code } = error as NodeJS.ErrnoException
    return code === 'ECONNREFUSED' ? 'found nothing listening there' : `failed: ${messageOf(error)}`
  }
}

/** What a check asks, for messages: `GET http://127.0.0.1:31001/health`. */
export function describeCheck(check: HealthCheck, task: Pick<Probed, 'ports'>): string {
  if (check.protocol === 'COMMAND') return quote(check.command?.value ?? '')
  if (/TCP$/.test(check.protocol)) return `TCP ${HOST}:${portOf(check, task)}`
  return `GET ${urlOf(check, task)}`
}

function portOf({ port, portIndex }: HealthCheck, { ports }: Pick<Probed, 'ports'>): number {
  return port ?? ports[portIndex ?? 0]?.number ?? 0
}

function urlOf(check: HealthCheck, task: Pick<Probed, 'ports'>): string {
  const scheme = /HTTPS$/.test(check.protocol) ? 'https' : 'http'
  return `${scheme}://${HOST}:${portOf(check, task)}${check.path?.replace(/^(?!\/)/, '/') ?? '/'}`
}

/** Not by `fetch`, which goes through proxies. Certificates are not checked, as by Mesos. */
async function ask(url: string, signal: AbortSignal): Promise<string | undefined> {
  const request = url.startsWith('https:')
    ? httpsRequest(url, { signal, rejectUnauthorized: false, agent: false })
    : httpRequest(url, { signal, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  const { statusCode: status } = response
  let body = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      body += chunk
      if (body.length > MOST_WORDS) break
    }
  } finally {
    response.destroy()
  }
  if (status >= 200 && status < 400) return undefined
  return `was answered ${status}${body.trim() === '' ? '' : `, ${quote(body.trim(), MOST_WORDS)}`}`
}

async function runCommand(command: string, { container }: Probed, signal: AbortSignal) {
  const { program, args, env } = await container.beside(['sh', '-c', command])
  return new Promise<string | undefined>((resolve, reject) => {
    execFile(program, args, { env: { ...env }, signal, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (!error) return resolve(undefined)
      if (typeof error.code !== 'number') return reject(error)
      const words = (stderr.trim() || stdout.trim()).slice(-MOST_WORDS)
      resolve(`ended with status ${error.code}${words === '' ? '' : `, ${quote(words, MOST_WORDS)}`}`)
    })
  })
}
