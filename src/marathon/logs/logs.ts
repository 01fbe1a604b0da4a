import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { hasEnded } from '../api/tasks.ts'
import type { Agents, TaskPlace } from './agents.ts'
import { followFile } from './follow.ts'
import { numberInstances } from './instances.ts'
import { lastLines } from './tail.ts'
import { openTaskFile, type Stream } from './task-file.ts'

/** Which output of an app to show. */
export interface LogsRequest {
  appId: string
  streams: readonly Stream[]
  /** A task's number, as shown by `status`; all tasks if absent. */
  instance?: number
  /** Number of earlier lines. */
  lines: number
  follow: boolean
}

export interface LogsTools {
  marathon: Marathon
  agents: Agents
  report: Reporter
  /** Writes a text of whole lines. */
  print(text: string): Promise<void>
  /** Waits; in milliseconds. Rejects to stop. */
  sleep(milliseconds: number): Promise<void>
}

type Instance = TaskPlace & { number: number }

/** One file of one task. */
interface Source {
  task: Instance
  stream: Stream
  /** Printed before each line. */
  prefix: string
}

/** Milliseconds between two polls of a file, and of the app's tasks. */
const LOOK = 1000
const LOOK_AT_TASKS = 10_000

/**
 * Prints the output of an app's tasks, each line with its source.
 * @throws MesosizeError APP_MISSING, NO_TASK, NO_OUTPUT if nothing could be read at all, MARATHON_..., HTTP_...
 */
export async function showLogs(request: LogsRequest, tools: LogsTools): Promise<void> {
  const app = await getApp(tools.marathon, request.appId)
  if (!app) throw missing(request.appId)
  return request.follow ? follow(app, request, tools) : show(app, request, tools)
}

/** The error for an app that does not exist. */
export function missing(appId: string): MesosizeError {
  return new MesosizeError(
    'APP_MISSING',
    `There is no app ${JSON.stringify(appId)} in this Marathon. Check the id, and the address of Marathon.`,
  )
}

async function show(app: App, request: LogsRequest, tools: LogsTools): Promise<void> {
  const { appId, instance } = request
  const wanted = wantedOf(app, request)
  const sources = wanted.flatMap(each => sourcesOfTask(each, wanted.length > 1, request))
  const lost: LostAgents = new Map()
  let shown = await showSources(sources, lost, request, tools)
  const { lastTaskFailure: failure } = app
  const another =
    failure && !lost.has(agentOf(failure)) && !wanted.some(({ taskId }) => taskId === failure.taskId)
  if (shown.lines === 0 && another && instance === undefined) {
    const why =
      wanted.length === 0
        ? `${appId} has no running tasks`
        : shown.files === 0
          ? `The output of the tasks of ${appId} could not be read`
          : `The tasks of ${appId} have written nothing`
    tools.report.note(`${why}. This is the output of the last failed task.`)
    shown = await showSources(sourcesOfTask({ ...failure, number: 1 }, false, request), lost, request, tools)
  } else if (wanted.length === 0) {
    throw new MesosizeError('NO_TASK', `${appId} has no tasks, and Marathon does not remember a failed one.`)
  }
  if (shown.files === 0) {
    throw new MesosizeError('NO_OUTPUT', `No output of ${appId} could be read; see the warnings above.`)
  }
}

/** Agents that could not be read, by `agentOf`; each is reported once. */
type LostAgents = Map<string, { error: MesosizeError; tasks: Set<number>; told: boolean }>

/** @returns how many files could be read, and how many lines they had */
async function showSources(
  sources: readonly Source[],
  lost: LostAgents,
  request: LogsRequest,
  { agents, report, print }: LogsTools,
): Promise<{ files: number; lines: number }> {
  const shown = { files: 0, lines: 0 }
  for (const { task, stream, prefix } of sources) {
    const known = lost.get(agentOf(task))
    if (known) {
      known.tasks.add(task.number)
      continue
    }
    try {
      const lines = await lastLines(task, stream, request.lines, agents)
      await print(text(lines, prefix))
      shown.files++
      shown.lines += lines.length
    } catch (error) {
      if (!(error instanceof MesosizeError) || !(isOfAgent(error) || isOfFile(error))) throw error
      if (isOfFile(error)) report.warn(error.message)
      else lost.set(agentOf(task), { error, tasks: new Set([task.number]), told: false })
    }
  }
  for (const agent of lost.values()) {
    if (agent.told) continue
    agent.told = true
    const tasks = [...agent.tasks]
    report.warn(
      tasks.length > 1
        ? `${agent.error.message} Instances ${tasks.join(', ')} run on it.`
        : agent.error.message,
    )
  }
  return shown
}

function agentOf({ slaveId, host }: TaskPlace): string {
  return `${slaveId ?? ''} ${host}`
}

function isOfAgent({ code }: MesosizeError): boolean {
  return code.startsWith('AGENT_') || code.startsWith('HTTP_')
}

/** Whether the agent may still have other files. */
function isOfFile({ code }: MesosizeError): boolean {
  return code === 'SANDBOX_GONE' || code === 'HTTP_TOO_LARGE'
}

/** @throws MesosizeError NO_TASK if there is no task with this number */
function wantedOf(app: App, { instance, appId }: LogsRequest): Instance[] {
  const instances = numberInstances(app).map(task => ({ ...task, taskId: task.id }))
  const wanted = instances.filter(({ number }) => instance === undefined || instance === number)
  if (instance === undefined || wanted.length > 0) return wanted
  throw new MesosizeError(
    'NO_TASK',
    `${setting('instance')}: ${instance} is not one of the ${instances.length} tasks of ${appId}. "mesosize status" shows their numbers.`,
  )
}

/** @param numbered whether lines name their task */
function sourcesOfTask(task: Instance, numbered: boolean, { streams }: LogsRequest): Source[] {
  return streams.map(stream => {
    const words = [numbered && `${task.number}`, streams.length > 1 && stream].filter(word => word !== false)
    return { task, stream, prefix: words.length > 0 ? `${words.join(' ')} | ` : '' }
  })
}

async function follow(first: App, request: LogsRequest, tools: LogsTools): Promise<void> {
  const { marathon, agents, report, print, sleep } = tools
  const followed = new Map<string, Promise<void>>()
  let there: ReadonlySet<string> = new Set()
  let fail: (reason: unknown) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Nothing waits for it between two polls.
  failure.catch(() => {})

  const told = new Map<string, string>()

  /** Reports a problem of an agent once, and a problem of a file each time, with its source. */
  function tell(error: MesosizeError, task: Instance, prefix: string): void {
    if (isOfFile(error)) {
      report.note(`${prefix}${error.message}`)
    } else if (told.get(agentOf(task)) !== error.message) {
      told.set(agentOf(task), error.message)
      report.note(error.message)
    }
  }

  async function followTask(task: Instance): Promise<void> {
    const sources = sourcesOfTask(task, request.instance === undefined, request)
    await Promise.all(
      sources.map(({ stream, prefix }) =>
        followFile(() => openTaskFile(task, stream, agents), request.lines, {
          print: lines => print(text(lines, prefix)),
          note: words => report.note(`${prefix}${words}`),
          fail: error => tell(error, task, prefix),
          hasEnded: () => !there.has(task.taskId),
          pause: () => sleep(LOOK),
        }),
      ),
    )
  }

  let wanted = wantedOf(first, request)
  if (wanted.length === 0) report.note(`${request.appId} has no tasks yet.`)
  for (let app: App | undefined = first; ; ) {
    there = new Set(app?.tasks.filter(task => !hasEnded(task)).map(({ id }) => id))
    for (const task of wanted) {
      if (followed.has(task.taskId)) continue
      const following = followTask({ ...task, number: request.instance ?? followed.size + 1 })
      following.catch(fail)
      followed.set(task.taskId, following)
    }
    const isOver = !app || (request.instance !== undefined && !there.has(wanted[0]!.taskId))
    if (isOver) break
    await Promise.race([sleep(LOOK_AT_TASKS), failure])
    // If Marathon does not answer, it is asked again.
    app = await getApp(marathon, request.appId).catch(() => app)
    if (request.instance === undefined && app) wanted = wantedOf(app, request)
  }
  await Promise.all(followed.values())
  report.note(
    request.instance === undefined
      ? `${request.appId} has been removed.`
      : `Instance ${request.instance} of ${request.appId} has ended.`,
  )
}

function text(lines: readonly string[], prefix: string): string {
  return lines.map(line => `${prefix}${line}\n`).join('')
}
