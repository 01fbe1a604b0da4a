import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { inputVariables, type Job, readAction, usualVariables } from '../testkit/runner-environment.ts'
import { readRunnerLog } from '../testkit/runner-log.ts'
import { COMPILED, type Finished, IN_HOME } from './run-cli.ts'

const REPOSITORY = join(import.meta.dirname, '../..')

export type { Job }
export const ACTION = readAction('')

/** Empty folders of a job, removed when the test is finished. */
export async function makeJob(
  env: Record<string, string> = {},
  finished: Finished = onTestFinished,
): Promise<Job> {
  const root = await mkdtemp(join(tmpdir(), 'mesosize-job-'))
  finished(() => rm(root, { recursive: true, force: true }))
  const [workspace, temp, toolCache, home, runner] = ['work', '_temp', '_tool', 'home', 'runner'].map(name =>
    join(root, name),
  ) as [string, string, string, string, string]
  for (const folder of [workspace, temp, toolCache, home, runner]) await mkdir(folder)
  await writeFile(join(runner, 'event.json'), '{}')
  return { root, workspace, temp, toolCache, home, runner, env }
}

/** Lets the job be of an event with this payload. */
export async function setEvent(job: Job, name: string, payload: object): Promise<void> {
  job.env.GITHUB_EVENT_NAME = name
  await writeFile(join(job.runner, 'event.json'), JSON.stringify(payload))
}

export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  title: string | undefined
  message: string
}

export interface Group {
  title: string
  lines: string[]
}

/** What the runner makes of a step. */
export interface ActionRun {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Milliseconds. */
  duration: number
  outputs: Record<string, string>
  state: Record<string, string>
  summary: string
  /** Of $GITHUB_ARTIFACTS, lines. */
  artifacts: string[]
  annotations: Annotation[]
  masks: string[]
  groups: Group[]
  /** What a person sees who opens no group. */
  lines: string[]
  /** Groups in groups, and ends without beginnings. */
  badGroups: string[]
  /** Lines with commands that an action never gives: others wrote them. */
  foreign: string[]
}

export interface ActionOptions {
  env?: Record<string, string | undefined>
  /** Post instead of main, with the state that main saved. */
  post?: ActionRun
  /** Another action than the export: the folder of its action.yml. */
  action?: 'deploy' | 'remove'
}

/** Runs the action to its end. @param inputs as under `with:` */
export function runAction(
  job: Job,
  inputs: Record<string, string>,
  options?: ActionOptions,
): Promise<ActionRun> {
  return startAction(job, inputs, options).ended
}

/** Runs what comes after the job. */
export function runPost(job: Job, main: ActionRun, inputs: Record<string, string> = {}): Promise<ActionRun> {
  return runAction(job, inputs, { post: main })
}

let steps = 0

/** Starts the action with the environment that the runner makes (actions/runner, Runner.Worker/Handlers). */
export function startAction(
  job: Job,
  inputs: Record<string, string>,
  { env = {}, post, action }: ActionOptions = {},
): { child: ChildProcess; ended: Promise<ActionRun> } {
  const commands = join(job.runner, `step_${++steps}`)
  const [output, summary, state, artifacts] = ['output', 'summary', 'state', 'artifacts'].map(
    name => `${commands}_${name}`,
  ) as [string, string, string, string]
  const folder = action ?? ''
  const { runs, inputs: known } = readAction(folder)
  const program = join(REPOSITORY, folder, post ? runs.post : runs.main)
  const files = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, GITHUB_STATE: state }
  const others = { GITHUB_ENV: `${commands}_env`, GITHUB_PATH: `${commands}_path` }
  for (const path of [...Object.values({ ...files, ...others }), artifacts]) writeFileSync(path, '')
  const begin = performance.now()
  // Without hab, the action itself downloads to the user's caches.
  const [command, ...words] = [
    ...(inputs['use-hab'] === 'false' && inputs.try !== 'true' ? IN_HOME : []),
    process.execPath,
    program,
  ]
  const child = spawn(command!, words, {
    cwd: job.workspace,
    env: {
      PATH: process.env.PATH,
      HOME: job.home,
      NODE_COMPILE_CACHE: COMPILED,
      CI: 'true',
      ...usualVariables(job),
      ...files,
      ...others,
      GITHUB_ARTIFACTS: artifacts,
      ...inputVariables(inputs, known),
      ...stateVariables(post?.state ?? {}),
      ...job.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', text => {
      texts[name] += text
    })
  }
  const ended = once(child, 'close').then(([status, signal]) => ({
    status,
    signal,
    ...texts,
    duration: performance.now() - begin,
    outputs: parsePairs(readFileSync(output, 'utf8')),
    state: parsePairs(readFileSync(state, 'utf8')),
    summary: readFileSync(summary, 'utf8'),
    artifacts: readFileSync(artifacts, 'utf8').split('\n').slice(0, -1),
    ...readLog(texts.stdout),
  }))
  return { child, ended }
}

function stateVariables(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, text]) => [`STATE_${name}`, text]))
}

/** Files of commands: `NAME<<DELIMITER`, lines, `DELIMITER`. */
export function parsePairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const [, name, delimiter] = /^(.+?)<<(.+)$/.exec(lines[at]!) ?? []
    if (name === undefined || delimiter === undefined) {
      if (lines[at] !== '') throw new Error(`the runner cannot read ${JSON.stringify(lines[at])}`)
      continue
    }
    const end = lines.indexOf(delimiter, at + 1)
    if (end < 0) throw new Error(`${name} does not end`)
    pairs[name] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return pairs
}

type Log = Pick<ActionRun, 'annotations' | 'masks' | 'groups' | 'lines' | 'badGroups' | 'foreign'>

function readLog(output: string): Log {
  const log: Log = { annotations: [], masks: [], groups: [], lines: [], badGroups: [], foreign: [] }
  let open: Group | undefined
  for (const { line, command } of readRunnerLog(output).slice(0, -1)) {
    // The viewer of the log draws what these say, even where the runner does not carry it out.
    if (line.includes('##[')) log.foreign.push(line)
    if (!command) {
      if (open) open.lines.push(line)
      else log.lines.push(line)
      continue
    }
    const { name, properties, data } = command
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        log.annotations.push({ level: name, title: properties.title, message: data })
        break
      case 'add-mask':
        log.masks.push(data)
        break
      case 'group':
        if (open) log.badGroups.push(`${data} in ${open.title}`)
        open = { title: data, lines: [] }
        log.groups.push(open)
        break
      case 'endgroup':
        if (!open) log.badGroups.push('an end without a beginning')
        open = undefined
        break
      case 'debug':
      case 'stop-commands':
        break
      default:
        // The token behind which commands count again is a UUID.
        if (!/^[0-9a-f-]{36}$/.test(name)) log.foreign.push(`${name}: ${data}`)
    }
  }
  if (open) log.badGroups.push(`${open.title} does not end`)
  return log
}

/** The errors' messages. */
export function errorsOf({ annotations }: ActionRun): string[] {
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
}

export function warningsOf({ annotations }: ActionRun): string[] {
  return annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
}

/** Where any of the texts is to be seen: in the log apart from masking, in the runner's files, in files of the job. */
export function leaksOf(job: Job, runs: readonly ActionRun[], secrets: readonly string[]): string[] {
  const places: [string, Buffer][] = runs.flatMap(({ stdout, stderr }): [string, Buffer][] => [
    ['log', Buffer.from(stdout.replace(/^::add-mask::.*$/gm, ''))],
    ['stderr', Buffer.from(stderr)],
  ])
  for (const path of filesBelow(job.root)) {
    const bytes = readFileSync(path)
    places.push([path, bytes])
    if (path.endsWith('.tgz')) places.push([`${path}, unpacked`, gunzipSync(bytes)])
  }
  return secrets.flatMap(secret =>
    places
      .filter(([name, bytes]) => bytes.includes(secret) || name.includes(secret))
      .map(([name]) => `${secret} is in ${name}`),
  )
}

/** The paths of all files. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(member => member.isFile())
    .map(member => join(member.parentPath, member.name))
    .sort()
}
