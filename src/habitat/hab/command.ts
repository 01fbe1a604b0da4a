import { stripVTControlCharacters } from 'node:util'
import { visible } from '../../lib/visible.ts'
import type { BuilderChannel } from '../package/request.ts'
import type { HabRelease } from './release.ts'
import type { JobEnvironment, Run } from './run.ts'
import type { Workspace } from './workspace.ts'

/** The hab program, as one run uses it. */
export interface Hab {
  release: HabRelease
  workspace: Workspace
  run: Run
  /** The job's environment; hab gets a few of its variables. */
  env: JobEnvironment
  /** HAB_LICENSE, if the user has accepted the licence. */
  license?: string
  /** Personal access token, sent only to the Builders that the calls name. */
  token?: string
}

/** The result of running hab. */
export interface HabResult {
  status: number
  /** The end of its output, from both streams: lines without colours and with invisible characters escaped. */
  lines: readonly string[]
  /** The last of them, formatted for messages. */
  tail: string
}

/**
 * What every call needs from the job's environment: programs, temporary files, proxies, certificates, and the mark
 * by which the runner finds processes that a job has left behind.
 */
const HANDED_ON = [
  ...['PATH', 'TMPDIR', 'RUNNER_TRACKING_ID', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
]

const END_BYTES = 8 * 1024
const TAIL_LINES = 15
const LINE_LENGTH = 400

/**
 * Runs hab in its own environment: the caches are in the workspace's home folder, so that the user's own are neither
 * read nor changed (components/core/src/fs.rs).
 * @param more additional variables
 */
export async function callHab(
  hab: Hab,
  args: readonly string[],
  from: BuilderChannel,
  more: Readonly<Record<string, string | undefined>>,
  cwd?: string,
): Promise<HabResult> {
  const env = defined({
    ...pick(hab.env, HANDED_ON),
    HOME: hab.workspace.home,
    HAB_BLDR_URL: from.url,
    HAB_BLDR_CHANNEL: from.channel,
    HAB_AUTH_TOKEN: hab.token,
    HAB_LICENSE: hab.license,
    HAB_NOCOLORING: 'true',
    HAB_NONINTERACTIVE: 'true',
    ...more,
  })
  let end = Buffer.alloc(0)
  const status = await hab.run({ program: hab.release.path, args, env, cwd }, chunk => {
    end = Buffer.concat([end, chunk]).subarray(-END_BYTES)
  })
  const lines = printedLines(end.toString())
  const tail = lines.filter(isLast).slice(-TAIL_LINES)
  return { status, lines, tail: tail.map(line => `  ${shortened(line)}`).join('\n') }
}

/** The named variables of an environment; unset ones are left out. */
export function pick(env: JobEnvironment, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map(name => [name, env[name]]))
}

function defined(env: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return Object.fromEntries(entries)
}

function printedLines(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map(line => visible(line.replaceAll('\t', ' ')).trimEnd())
    .filter(line => line !== '')
}

/** hab tries to install its studio six times, and prints its progress each time. */
function isLast(line: string, index: number, lines: readonly string[]): boolean {
  return !/^[»☁↓☛∅] /.test(line) || !lines.includes(line, index + 1)
}

/** A server's response may be one long line. */
function shortened(line: string): string {
  const characters = [...line]
  return characters.length <= LINE_LENGTH ? line : `${characters.slice(0, LINE_LENGTH).join('')}…`
}
