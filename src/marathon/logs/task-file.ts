import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { object, readJson, readValue, text, whole } from '../../lib/json.ts'
import { each, fields, maybe } from '../../lib/lenient-json.ts'
import type { Agents, AgentWay, TaskPlace } from './agents.ts'

/** The two files in a sandbox that contain a task's output. */
export type Stream = 'stdout' | 'stderr'

export interface Piece {
  /** Where it begins, bytes; the file's size if that is less than the requested offset. */
  offset: number
  data: Uint8Array
}

/** A file in the sandbox of a task, which may grow or start over at any time. */
export interface TaskFile {
  /** Bytes. */
  size(): Promise<number>
  /**
   * Reads from an offset, as much as the agent returns at once.
   * @throws MesosizeError SANDBOX_GONE, AGENT_..., HTTP_...
   */
  read(offset: number): Promise<Piece>
}

/** Bytes; the most that agents return at once, 16 pages. Source: FilesProcess::read, src/files/files.cpp in Mesos. */
const LARGEST_PIECE = 64 * 1024
/** A control character becomes `\u00XX`. */
const LARGEST_ANSWER = 6 * LARGEST_PIECE + 4096
/** Bytes; an agent with thousands of completed tasks. */
const LARGEST_STATE = 64 * 1024 * 1024

/**
 * Finds a file in the sandbox of a task.
 * @throws MesosizeError SANDBOX_GONE if the agent has no such file, AGENT_..., HTTP_...
 */
export async function openTaskFile(task: TaskPlace, name: Stream, agents: Agents): Promise<TaskFile> {
  let failure: MesosizeError | undefined
  for (const way of agents.waysTo(task)) {
    try {
      return await openThrough(way, task, name, agents)
    } catch (error) {
      if (!(error instanceof MesosizeError) || error.code === 'SANDBOX_GONE') throw error
      failure ??= error
    }
  }
  throw failure
}

async function openThrough(way: AgentWay, task: TaskPlace, name: Stream, agents: Agents): Promise<TaskFile> {
  for await (const folder of foldersOf(task, way, agents)) {
    // Mesos before 0.25 only has the second.
    for (const endpoint of ['/files/read', '/files/read.json']) {
      const read = (offset: number) => readPiece(way, endpoint, `${folder}/${name}`, offset)
      if (await read(-1)) return taskFile(read, task, name)
    }
  }
  throw gone(task, name)
}

/** The possible paths of a sandbox on an agent; each is looked up only if the one before does not exist. */
async function* foldersOf({ taskId }: TaskPlace, way: AgentWay, agents: Agents): AsyncGenerator<string> {
  const frameworkId = await agents.frameworkId()
  // A command executor has the same id as its task.
  if (frameworkId !== undefined) yield `/frameworks/${frameworkId}/executors/${taskId}/runs/latest`
  const state =
    (await way.get('/state', {}, LARGEST_STATE)) ?? (await way.get('/state.json', {}, LARGEST_STATE))
  if (state === undefined) {
    throw new MesosizeError(
      'AGENT_REFUSED',
      'The agent has no /state: it is not a Mesos agent, or a proxy hides it.',
    )
  }
  const folder = folderIn(parse(state), taskId)
  if (folder !== undefined) yield folder
}

const TASKS = each(object({ id: text }))
const EXECUTORS = each(
  fields({
    id: maybe(text),
    directory: maybe(text),
    tasks: TASKS,
    queued_tasks: TASKS,
    completed_tasks: TASKS,
  }),
)
const FRAMEWORKS = each(fields({ executors: EXECUTORS, completed_executors: EXECUTORS }))
/** The state of an agent (slave/http.cpp in Mesos). */
const STATE = fields({ frameworks: FRAMEWORKS, completed_frameworks: FRAMEWORKS })

function folderIn(body: unknown, taskId: string): string | undefined {
  const state = v.parse(STATE, body)
  return [...state.frameworks, ...state.completed_frameworks]
    .flatMap(framework => [...framework.executors, ...framework.completed_executors])
    .filter(executor =>
      [executor, ...executor.tasks, ...executor.queued_tasks, ...executor.completed_tasks].some(
        ({ id }) => id === taskId,
      ),
    )
    .map(({ directory }) => directory)
    .find(folder => folder !== undefined)
}

function taskFile(
  read: (offset: number) => Promise<Piece | undefined>,
  task: TaskPlace,
  name: Stream,
): TaskFile {
  const readThere = async (offset: number) => {
    const piece = await read(offset)
    if (!piece) throw gone(task, name)
    return piece
  }
  return {
    size: async () => (await readThere(-1)).offset,
    read: readThere,
  }
}

const PIECE = object({ offset: whole(), data: text })

/**
 * @param offset -1 to get only the file's size
 * @returns undefined if there is no such file
 */
async function readPiece(
  way: AgentWay,
  endpoint: string,
  path: string,
  offset: number,
): Promise<Piece | undefined> {
  const query = { path, offset: String(offset), length: String(offset < 0 ? 0 : LARGEST_PIECE) }
  const body = await way.get(endpoint, query, LARGEST_ANSWER)
  if (body === undefined) return undefined
  const { value: piece } = readValue(PIECE, parse(body))
  if (!piece || (offset >= 0 && piece.offset > offset)) {
    throw new MesosizeError(
      'AGENT_REFUSED',
      `The agent's answer about ${JSON.stringify(path)} makes no sense.`,
    )
  }
  return { offset: piece.offset, data: bytesOf(piece.data) }
}

/**
 * Parses an agent's response as JSON. The agent copies a file's bytes between the quotes, whether or not they are
 * UTF-8, so each byte becomes one character here; otherwise the offset of the next piece would be unknown.
 */
function parse(body: Buffer): unknown {
  const json = body.toString('latin1')
  const { value, problems } = readJson(v.unknown(), json)
  if (!problems) return value
  throw new MesosizeError(
    'AGENT_REFUSED',
    `The agent answered with ${/^\s*</.test(json) ? 'a web page' : 'something other than JSON'}. Check the address of Marathon, and the proxy, if there is one.`,
  )
}

/** The bytes that `parse` turned into characters; other characters were escaped, and can only be text. */
function bytesOf(text: string): Buffer {
  return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8')
}

function gone({ taskId, host }: TaskPlace, name: Stream): MesosizeError {
  return new MesosizeError(
    'SANDBOX_GONE',
    `The agent on ${JSON.stringify(host)} has no ${name} of the task ${JSON.stringify(taskId)}: it never started, or its sandbox has been removed.`,
  )
}
