import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { list, object, readJson, text } from '../../lib/json.ts'
import { setting } from '../../lib/setting.ts'
import type { AppDefinition } from '../../marathon/app/validate.ts'
import { runCommand } from '../shared/run-command.ts'

export interface TryOptions {
  /** Milliseconds. */
  timeout: number
  env: NodeJS.ProcessEnv
  /** The folder in which the image runs. */
  temporary: string
  signal: AbortSignal
}

/** What the command line needs; neither inputs nor the runner's tokens. */
const PASSED = [
  'PATH',
  'HOME',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
]
/** An annotation is a few lines; the log has all of them. */
const LAST_LINES = 10

/** The result of `mesosize run --json`. */
const RESULT = object({
  instances: list(
    object({
      healthyAfter: v.optional(v.number('a number')),
      problem: v.optional(text),
      output: list(text),
    }),
  ),
})

/**
 * Runs an app with the command line's `run`, as root, until it is healthy. All output is in the log.
 * @returns milliseconds until it was
 * @throws MesosizeError TRY_FAILED, with the last lines of the service's output
 */
export async function tryImage(
  app: AppDefinition,
  { timeout, env, temporary, signal }: TryOptions,
): Promise<number> {
  const folder = await mkdtemp(join(temporary, 'mesosize-try-'))
  try {
    const file = join(folder, 'app.json')
    // Its environment may hold secrets.
    await writeFile(file, JSON.stringify(app), { mode: 0o600 })
    // Beside this file in the bundle.
    const cli = fileURLToPath(new URL('cli.js', import.meta.url))
    const args = [cli, 'run', file, '--until-healthy', `--timeout=${timeout / 1000}s`, '--json']
    const given = Object.fromEntries(PASSED.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
    const stdout: Uint8Array[] = []
    const stderr: Uint8Array[] = []
    const status = await runCommand(
      { program: process.execPath, args, env: { ...given, TMPDIR: temporary }, cwd: temporary },
      {
        onStdout: chunk => stdout.push(chunk),
        onStderr: chunk => stderr.push(chunk),
        hideStdout: true,
        signal,
      },
    )
    const result = readJson(RESULT, Buffer.concat(stdout).toString()).value
    const instance = result?.instances[0]
    if (status === 0 && instance?.healthyAfter !== undefined) return instance.healthyAfter
    throw tryError(instance, Buffer.concat(stderr).toString())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Result = v.InferOutput<typeof RESULT>['instances'][number]

function tryError(instance: Result | undefined, stderr: string): MesosizeError {
  const [what, lines] =
    instance?.problem === undefined
      ? // It could not be started: the command line says why.
        ['The image could not be started', stderr.match(/^mesosize: .*/gm) ?? []]
      : [`The image was tried: ${instance.problem}`, instance.output.slice(-LAST_LINES)]
  const advice = `Nothing was published. Fix the service, or leave ${setting('try')} out if it cannot run without others.`
  return new MesosizeError('TRY_FAILED', [`${what}.`.replace(/\.\.$/, '.'), ...lines, advice].join('\n'))
}
