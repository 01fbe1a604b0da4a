import { styleText } from 'node:util'
import { describeOutcome, type Instance, type Stream } from '../agent/instance.ts'
import type { Port } from '../agent/ports.ts'
import type { RunEvents, RunResult } from '../agent/run.ts'
import { formatDuration, formatTable } from '../lib/terminal/format.ts'
import { hasColours } from '../lib/terminal/reporter.ts'
import { visible } from '../lib/visible.ts'

/** As those of docker compose: red is for errors, and dark colours cannot be read. */
const COLOURS = ['cyan', 'yellow', 'green', 'magenta', 'blue'] as const
/** Lines of output below the news of a failure, which is to fit on a screen. */
const LAST_LINES = 8

/** How a run is shown to a person. */
export interface RunOutput {
  events: RunEvents
  colours: boolean
  /** Writes a line from Mesosize itself. */
  say(text: string): void
  /** Writes one that is left out where only results, warnings and errors are wanted. */
  tell(text: string): void
  /** Shows nothing of the service's output from now on. */
  mute(): void
}

/**
 * Shows a run while it lasts: the service's output, each line with its instance, and what happens to the instances.
 * @param options `quiet`: without news that are not results, warnings or errors; `muted`: without the service's
 *   output; `json`: standard output is for the result
 */
export function showRun(options: { quiet: boolean; muted: boolean; json: boolean }): RunOutput {
  const { quiet, json } = options
  const { stdout, stderr, env } = process
  let { muted } = options
  const colours = hasColours(json ? stderr : stdout, env)
  const paint = (style: Parameters<typeof styleText>[0], text: string, stream: Stream) =>
    hasColours(process[stream], env) ? styleText(style, text, { validateStream: false }) : text
  const say = (text: string) => void stderr.write(`${text}\n`)
  const tell = (text: string) => {
    if (!quiet) say(text)
  }
  const nameOf = (name: string, stream: Stream) => {
    const number = Number(name.slice(name.lastIndexOf('-') + 1))
    return paint(COLOURS[(number - 1) % COLOURS.length]!, visible(name), stream)
  }
  return {
    colours,
    say,
    tell,
    mute() {
      muted = true
    },
    events: {
      line({ name }, stream, line) {
        if (muted) return
        const to = json ? 'stderr' : stream
        const bar = stream === 'stderr' ? paint('red', '|', to) : '|'
        process[to].write(`${nameOf(name, to)} ${bar} ${line}\n`)
      },
      healthy(instance) {
        const { name, healthyAfter } = instance
        const words = `is ${paint('green', 'healthy', 'stderr')} after ${formatDuration(healthyAfter!)}`
        tell(`${nameOf(name, 'stderr')} ${words}`)
        for (const line of formatTable(instance.ports.flatMap(addresses))) tell(`  ${line}`)
      },
      ended({ name }, outcome) {
        // Where the output is not shown, the failure is told afterwards, with the last lines.
        const failed = outcome.stopped === undefined || outcome.unhealthy !== undefined
        if (muted && failed) return
        const write = failed || outcome.killed ? say : tell
        write(`${nameOf(name, 'stderr')} ${visible(describeOutcome(outcome))}`)
      },
    },
  }
}

/** What is wrong, with the last lines of output if those have not been shown: at most ten lines for one instance. */
export function formatFailure({ problems }: RunResult, withOutput: boolean): string[] {
  if (!withOutput) return []
  return problems.flatMap(({ instance: { name, last }, problem }) => [
    `mesosize: ${visible(name)} ${visible(problem)}`,
    ...(last.length === 0
      ? ['It has written nothing.']
      : ['The last lines of its output:', ...last.slice(-LAST_LINES).map(line => `| ${line}`)]),
  ])
}

/** The result for programs. Times are in milliseconds. */
export function runJson(
  app: string,
  { instances, problems, sandboxes }: RunResult,
  stopped: boolean,
): string {
  const problemOf = (instance: Instance) => problems.find(each => each.instance === instance)?.problem
  const result = {
    app,
    state: problems.length > 0 ? 'failed' : stopped ? 'stopped' : 'ok',
    instances: instances.map(instance => ({
      name: instance.name,
      healthyAfter: rounded(instance.healthyAfter),
      ports: instance.ports.map(({ name, number, protocol }) => ({ name, number, protocol })),
      status: instance.outcome?.status,
      signal: instance.outcome?.signal,
      killed: instance.outcome?.killed,
      problem: problemOf(instance),
      output: instance.last,
    })),
    sandboxes,
  }
  return `${JSON.stringify(result, null, 2)}\n`
}

function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds)
}

/** Name and address of a port, as a row of a table. What speaks HTTP can only be told by its name. */
function addresses({ name = 'port', number, protocol }: Port): string[][] {
  const address = `127.0.0.1:${number}`
  const web = /^https|^(?:http|web|www|ui|api|gateway)/.exec(name)?.[0]
  if (web !== undefined && protocol === 'tcp') {
    return [[name, `${web === 'https' ? 'https' : 'http'}://${address}`]]
  }
  return [[name, protocol === 'tcp' ? address : `${address} (${protocol.replace(',', ' and ')})`]]
}
