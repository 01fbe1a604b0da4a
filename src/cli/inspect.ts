import { writeFile } from 'node:fs/promises'
import { createFetch } from '../http/fetch.ts'
import type { ImageContents } from '../inspect/contents.ts'
import { compareImages } from '../inspect/diff.ts'
import { formatContents } from '../inspect/format.ts'
import { diffJson, diffMarkdown, formatDiff } from '../inspect/format-diff.ts'
import { type Inspected, inspect, inspectApp } from '../inspect/inspect.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { interruptible } from '../lib/signals.ts'
import { getApp } from '../marathon/api/apps.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { missing } from '../marathon/logs/logs.ts'
import type { DiffRequest, InspectRequest } from '../settings/read-marathon.ts'
import { asUsage } from './as-usage.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

/** @returns the exit status */
export async function inspectForPerson(
  { place, html, json }: InspectRequest,
  session: Session,
): Promise<number> {
  const { contents } = await inspectGiven(place, session)
  if (html !== undefined) await writePage(html, contents)
  session.report.close()
  await print(
    await interruptible(() =>
      json ? `${JSON.stringify(contents, null, 2)}\n` : linesOf(formatContents(contents)),
    ),
  )
  return 0
}

/** @returns the exit status */
export async function diffForPerson(request: DiffRequest, session: Session): Promise<number> {
  const now = await inspectGiven(request.new, session)
  const old =
    request.old === undefined
      ? await inspectRunning(now.app, request, session)
      : await inspectGiven(request.old, session)
  session.report.close()
  const text = await interruptible(() => {
    const diff = compareImages(old, now)
    if (request.json) return diffJson(diff)
    return request.markdown ? diffMarkdown(diff) : formatDiff(diff).join('\n')
  })
  await print(`${text}\n`)
  return 0
}

/** @throws UsageError if a person has named something else than an image */
function inspectGiven(place: string, session: Session): Promise<Inspected> {
  const notAnImage = ['PLACE_UNREADABLE', 'APP_NOT_JSON', 'APP_INVALID'] as const
  return asUsage(notAnImage, () => inspect(place, toolsOf(session)))
}

/** @throws MesosizeError PAGE_UNWRITABLE */
async function writePage(path: string, contents: ImageContents): Promise<void> {
  const { contentsPage } = await import('../inspect/html.ts')
  const page = await interruptible(() => contentsPage(contents))
  await writeFile(path, page).catch(error => {
    throw new MesosizeError(
      'PAGE_UNWRITABLE',
      `${setting('html')}: ${JSON.stringify(path)} cannot be written: ${messageOf(error)}. Name a file in a folder that exists.`,
      { cause: error },
    )
  })
}

/** What Marathon has of an app. */
async function inspectRunning(
  app: AppDefinition | undefined,
  { new: place, access }: DiffRequest,
  session: Session,
): Promise<Inspected> {
  if (!app || !access) {
    throw new MesosizeError(
      'APP_MISSING',
      `${JSON.stringify(place)} is a tarball, which names no app of Marathon. Give the app definition, or a second tarball.`,
    )
  }
  const { marathon } = await connect(access, session)
  const running = await getApp(marathon, app.id)
  if (!running) throw missing(app.id)
  const definition = running.definition as AppDefinition
  const contents = await inspectApp(definition, `Marathon's ${app.id}`, toolsOf(session))
  return { app: definition, contents }
}

function toolsOf({ version, report, signal }: Session) {
  return { fetch: createFetch({ version, signal }), report, signal }
}

function linesOf(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}
