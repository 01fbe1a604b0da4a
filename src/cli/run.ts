import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readApp } from '../agent/app.ts'
import type { Instance } from '../agent/instance.ts'
import { checkSystem } from '../agent/machine.ts'
import { checkPrograms } from '../agent/programs.ts'
import { runApp } from '../agent/run.ts'
import { inTemporary } from '../agent/sandbox.ts'
import type { ExportRequest } from '../export/request.ts'
import { runExport } from '../export/run.ts'
import { createFetch } from '../http/fetch.ts'
import { UsageError } from '../lib/errors.ts'
import { partialName, sweepPartials } from '../lib/partial.ts'
import { silent } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { fetchUriProblem } from '../marathon/app/rules.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { publishNowhere } from '../publish/none.ts'
import type { RunCommand } from '../settings/read-run.ts'
import { checkSudo, endWithStarter } from './elevate.ts'
import { print } from './print.ts'
import { runAppAsRoot } from './run-as-root.ts'
import { formatFailure, runJson, showRun } from './run-output.ts'
import { secondSignal, stopWithoutReader } from './run-signals.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function runForPerson(command: RunCommand, session: Session): Promise<number> {
  checkSystem(process.platform)
  const isRoot = process.getuid?.() === 0
  if (command.shell && !process.stdout.isTTY) {
    throw new UsageError([`${setting('shell')}: standard output is not a terminal. Start it at one.`])
  }
  if (isRoot) {
    checkPrograms(command.shell ? ['script'] : [])
    endWithStarter()
  } else {
    await checkSudo()
  }
  const { source } = command
  if ('app' in source) return runHere(source.app, command, session, isRoot)
  if (source.keep) return runHere(await exportFor(source.packages, session), command, session, isRoot)
  return inFolder(async outputDir => {
    const app = await exportFor({ ...source.packages, outputDir }, session)
    // The service joins the ring that the export wrote into its command.
    return runHere(app, { ...command, peers: [] }, session, isRoot)
  })
}

const NAME = 'mesosize-app'

/** Gives work a folder, which no other user can enter and which is removed afterwards, at the latest by a later run. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const temporary = resolve(tmpdir())
  // Not every path can be written as a URI that agents understand.
  const parent = fetchUriProblem(`file://${temporary}`) === undefined ? temporary : '/var/tmp'
  await sweepPartials(parent, new RegExp(`^${NAME}$`))
  const folder = join(parent, partialName(NAME))
  await inTemporary(parent, () => mkdir(folder, { mode: 0o700 }))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Exports packages to this machine alone, wherever agents will find them. */
async function exportFor(
  request: ExportRequest,
  { version, report, signal }: Session,
): Promise<AppDefinition> {
  const publish = publishNowhere({ outputDir: request.outputDir }, silent)
  const { app } = await runExport(request, {
    fetch: createFetch({ version, signal }),
    publish,
    report,
    signal,
  })
  return app
}

async function runHere(
  app: AppDefinition,
  command: RunCommand,
  session: Session,
  isRoot: boolean,
): Promise<number> {
  const { version, quiet, report, signal } = session
  session.allow(readApp(app, command.peers).grace)
  if (!isRoot) {
    report.close()
    return runAppAsRoot(app, command, quiet)
  }
  const { instances, peers, timeout, keep, shell, json } = command
  const untilHealthy = command.untilHealthy ? timeout : undefined
  const output = showRun({ quiet, muted: untilHealthy !== undefined && !json, json })
  const hardSignal = secondSignal(() =>
    output.tell('Stopping gracefully. Press Ctrl-C again to kill it immediately.'),
  )
  if (!json) stopWithoutReader()
  const result = await runApp(
    { app, instances, peers, untilHealthy, keep },
    {
      fetch: createFetch({ version, signal }),
      report,
      events: output.events,
      colours: output.colours,
      signal,
      hardSignal,
      ...(shell && { meanwhile: openShell(output) }),
    },
  )
  report.close()
  if (json) await print(runJson(app.id, result, signal.aborted))
  else for (const line of formatFailure(result, untilHealthy !== undefined)) process.stderr.write(`${line}\n`)
  if (result.sandboxes !== undefined) output.say(`The sandboxes are kept in ${result.sandboxes}.`)
  signal.throwIfAborted()
  return result.problems.length > 0 ? 1 : 0
}

function openShell(output: ReturnType<typeof showRun>): (instance: Instance) => Promise<void> {
  return async instance => {
    const { program, args, env } = await instance.shell()
    output.say(`This is a shell in ${instance.name}; its end stops the run.`)
    output.mute()
    // Standard input may have been the app definition.
    const terminal = openSync('/proc/self/fd/1', 'r+')
    const shell = spawn(program, args, {
      env: { TERM: process.env.TERM, ...env },
      stdio: [terminal, terminal, terminal],
    })
    await once(shell, 'close')
  }
}
