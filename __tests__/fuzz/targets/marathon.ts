import assert from 'node:assert/strict'
import fc from 'fast-check'
import { silent } from '../../../src/lib/report.ts'
import { getApp } from '../../../src/marathon/api/apps.ts'
import { createMarathon } from '../../../src/marathon/api/client.ts'
import { deployApp } from '../../../src/marathon/deploy/deploy.ts'
import { formatPlan, planDeployment } from '../../../src/marathon/deploy/plan.ts'
import { removeApp } from '../../../src/marathon/deploy/remove.ts'
import { formatStatus } from '../../../src/marathon/status/format.ts'
import { statusOf } from '../../../src/marathon/status/status.ts'
import { type Recorded, readRecording } from '../../testkit/marathon-recording.ts'
import { changedJson } from '../../testkit/mutations/json.ts'
import type { Target } from '../target.ts'
import { type Answer, AT_ONCE, fetchFrom } from './answers.ts'

const COMMANDS = ['deploy', 'plan', 'remove', 'status'] as const

/** Successive responses of Marathon and a Supervisor, by kind of request; the last one repeats. */
type World = Record<string, { status: number; body: unknown }[]>

const ABSENT = { status: 404, body: { message: "App '/rec/slow' does not exist" } }

const WORDS: readonly string[] = [
  'app',
  'tasks',
  'deployments',
  'deploymentId',
  'version',
  'lastTaskFailure',
  'queue',
  'steps',
  'TASK_RUNNING',
  'TASK_FAILED',
  'TASK_GONE',
  '2099-01-01T00:00:00.000Z',
  '1970-01-01',
  'not a time',
  '/rec/slow',
  'InsufficientPorts',
  'InsufficientDisk',
  'UnfulfilledConstraint',
  'UnfulfilledRole',
  'toString',
]

/** What makes the app one of Mesosize, so that its Supervisor is asked. */
const OURS = {
  labels: { 'mesosize.ident': 'rec/slow/1.0/20240102030405' },
  portDefinitions: [{ port: 0, name: 'gateway', protocol: 'tcp' }],
}

/** Commands with a Marathon whose responses differ from the recorded ones. */
export async function marathon(): Promise<Target> {
  const recording = readRecording()
  const scenes = [...new Set(recording.map(({ scene }) => scene))]
  const known = scenes.map(scene => worldOf(recording.filter(each => each.scene === scene)))
  // The app is there before, or it is new.
  const worlds = [...known, ...known.map(world => ({ ...world, app: [ABSENT, ...world.app!] }))]
  return {
    inputs: fc
      .tuple(
        fc.constantFrom(...COMMANDS),
        fc.constantFrom(...worlds).chain(world => changedJson(world, WORDS)),
      )
      .map(([command, text]) => Buffer.from(`${command}\n${text}`)),
    async attempt(input) {
      const [command = '', text = ''] = input.toString().split(/\n(.*)/s)
      const words = await run(command, answering(text))
      assert.doesNotMatch(words, /[\0-\x09\x0b-\x1f]/)
      return command
    },
  }
}

/** @returns what the command shows */
async function run(command: string, fetch: ReturnType<typeof fetchFrom>): Promise<string> {
  const client = createMarathon({
    urls: [new URL('http://127.0.0.1:8080')],
    authorization: { header: async () => undefined, renew: async () => false },
    fetch,
    report: silent,
    retry: AT_ONCE,
  })
  let time = 0
  const clock = {
    now: () => time,
    async sleep(milliseconds: number) {
      time += milliseconds
    },
  }
  const tools = { report: silent, clock, fetch }
  const app = { id: '/rec/slow', cmd: 'sleep 1', cpus: 0.1, mem: 32, instances: 1, ...OURS }
  switch (command) {
    case 'deploy':
      return (await deployApp(client, app, { timeout: 60_000, failFast: 1 }, tools)).message
    case 'plan':
      return formatPlan(await planDeployment(client, app, {}, tools)).join('\n')
    case 'remove':
      return removeApp(client, app.id, { force: false, timeout: 60_000 }, tools)
    default: {
      const found = await getApp(client, app.id)
      return found ? formatStatus(await statusOf(found, tools)).join('\n') : 'absent'
    }
  }
}

/** Responds as the world says. A text that is not JSON is the response to everything. */
function answering(text: string): ReturnType<typeof fetchFrom> {
  const asked = new Map<string, number>()
  let world: World | undefined
  try {
    world = JSON.parse(text)
  } catch {}
  return fetchFrom((url, method): Answer | undefined => {
    if (world === undefined) return { status: 200, headers: {}, body: text }
    const kind = kindOf(method, url.pathname)
    const answers = Object(world)[kind]
    const count = asked.get(kind) ?? 0
    asked.set(kind, count + 1)
    const answer = Array.isArray(answers) ? (answers[count] ?? answers.at(-1)) : answers
    const { status, body } = Object(answer)
    return { status, headers: { 'content-type': 'application/json' }, body: written(body) ?? text }
  })
}

/** @returns undefined if the value is too deep for JSON.stringify, or undefined */
function written(body: unknown): string | undefined {
  try {
    return JSON.stringify(body)
  } catch {
    return undefined
  }
}

function worldOf(scene: readonly Recorded[]): World {
  const world: World = {
    // For requests that the scene does not have.
    app: [ABSENT],
    put: [{ status: 201, body: { deploymentId: 'd-1', version: '2026-11-28T22:11:51.802Z' } }],
    delete: [{ status: 200, body: { deploymentId: 'd-2', version: '2026-11-28T22:12:27.600Z' } }],
    deployments: [{ status: 200, body: [] }],
    queue: [{ status: 200, body: { queue: [] } }],
    tasks: [{ status: 200, body: { tasks: [] } }],
    plan: [{ status: 200, body: { steps: [] } }],
    group: [{ status: 404, body: { message: "Group '/none' does not exist" } }],
    supervisor: [{ status: 503, body: { status: 'CRITICAL', stdout: 'no database', stderr: '' } }],
  }
  const told: World = {}
  for (const { request, status, body } of scene) {
    const kind = kindOf(request.method, request.path)
    told[kind] = [...(told[kind] ?? []), { status, body: adapted(body) }]
  }
  return { ...world, ...told }
}

function kindOf(method: string, path: string): string {
  if (path.includes('/services/')) return 'supervisor'
  if (path.includes('/v2/groups')) return method === 'PUT' ? 'plan' : 'group'
  if (path.includes('/v2/deployments')) return method === 'DELETE' ? 'delete' : 'deployments'
  if (path.includes('/v2/queue')) return 'queue'
  if (/\/tasks$/.test(path)) return 'tasks'
  return method === 'GET' ? 'app' : method.toLowerCase()
}

/** Gives the app the same id in all scenes, and makes it one of Mesosize. */
function adapted(body: unknown): unknown {
  const renamed = JSON.parse(JSON.stringify(body).replaceAll(/\/rec\/\w+/g, '/rec/slow'))
  return renamed?.app ? { ...renamed, app: { ...renamed.app, ...OURS } } : renamed
}
