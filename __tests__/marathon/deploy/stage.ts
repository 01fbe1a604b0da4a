import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { type DeployOptions, deployApp } from '../../../src/marathon/deploy/deploy.ts'
import type { MarathonServer, MarathonServerOptions } from '../../testkit/marathon-server.ts'
import { type ClientOptions, clientOf, marathonServer } from '../api/marathons.ts'

export const shop: JsonObject = {
  id: '/web/shop',
  cmd: 'tar -xzpf shop.tgz && exec sh ./launch',
  instances: 2,
  cpus: 0.5,
  mem: 256,
  env: { GREETING: 'hello' },
  fetch: [{ uri: 'https://files.test/shop.tgz', extract: false, destPath: 'shop.tgz' }],
  portDefinitions: [
    { port: 0, name: 'http' },
    { port: 0, name: 'gossip', protocol: 'udp,tcp' },
  ],
  healthChecks: [{ protocol: 'MESOS_HTTP', path: '/health', portIndex: 0, gracePeriodSeconds: 60 }],
}

export const behaving = (behaviour: string, changes: JsonObject = {}): JsonObject => ({
  ...shop,
  ...changes,
  labels: { behaviour },
})

export interface StageOptions extends MarathonServerOptions {
  client?: ClientOptions
  /** How much happens in the cluster while we wait once. */
  ticks?: number
}

/** A Marathon whose time, and ours, passes only while the deployment waits. */
export async function stage({ client, ticks = 1, ...options }: StageOptions = {}) {
  const server = await marathonServer(options)
  const { marathon, report } = clientOf(server.url, client)
  const controller = new AbortController()
  const events: { at: number; happen: () => void | Promise<void> }[] = []
  let time = 0
  const clock = {
    now: () => time,
    async sleep(milliseconds: number, signal: AbortSignal | undefined) {
      signal?.throwIfAborted()
      time += milliseconds
      server.tick(ticks)
      for (const event of events.splice(0)) {
        if (event.at <= time) await event.happen()
        else events.push(event)
      }
      signal?.throwIfAborted()
    },
  }
  const tools = { report, clock, fetch, signal: controller.signal }
  return {
    server,
    marathon,
    report,
    tools,
    abort: () => controller.abort(new Error('stopped')),
    time: () => time,
    /** Lets something happen once so many milliseconds have passed. */
    at: (at: number, happen: () => void | Promise<void>) => void events.push({ at, happen }),
    deploy: (definition: JsonObject, deployOptions: DeployOptions = {}) =>
      deployApp(marathon, definition, deployOptions, tools),
  }
}

/** Deploys by hand, and lets time pass until all of it runs. */
export function running(server: MarathonServer, definition: JsonObject): { version: string } {
  const changed = server.cluster.change(definition.id as string, definition, true)
  if ('status' in changed) throw new Error(JSON.stringify(changed.body))
  server.tick(10)
  return changed
}
