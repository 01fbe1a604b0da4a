import * as v from 'valibot'
import { MesosizeError } from '../lib/errors.ts'
import { anyObject, list, object, pattern, readValue, text } from '../lib/json.ts'
import { each, fields, maybe } from '../lib/lenient-json.ts'
import { appPath, unexpected } from '../marathon/api/apps.ts'
import type { Marathon } from '../marathon/api/client.ts'
import { MarathonError } from '../marathon/api/errors.ts'
import { PREVIEW_LABEL, type Preview, readPreview } from './preview.ts'

/** An app that is the preview of a pull request. */
export interface PreviewApp {
  id: string
  preview: Preview
  /**
   * When it was last changed, or a task of it launched, milliseconds since the epoch. For an app that a cancelled
   * deployment has put back, Marathon gives the time of the restored version; its tasks are new.
   */
  changed: number
  /** Whether it fetches layers, which other apps share. */
  layered: boolean
}

const APP = fields({
  id: maybe(text),
  labels: v.fallback(v.optional(anyObject, {}), {}),
  version: maybe(text),
  versionInfo: fields({ lastConfigChangeAt: maybe(text) }),
  tasks: each(object({ stagedAt: text })),
})
const APPS = object({ apps: list(APP) })

/** The previews in Marathon, of every repository, without apps whose labels are not as an export writes them. */
export async function listPreviews(marathon: Marathon): Promise<PreviewApp[]> {
  const body = await marathon.send({
    method: 'GET',
    path: '/v2/apps',
    query: [
      ['label', PREVIEW_LABEL],
      ['embed', 'apps.tasks'],
    ],
    what: 'list the previews',
  })
  const { value } = readValue(APPS, body)
  if (!value) throw unexpected('apps')
  return value.apps.flatMap(app => {
    const { id } = app
    const preview = previewIn(app)
    const layered = app.labels['mesosize.layers'] !== undefined
    return id !== undefined && preview ? [{ id, preview, changed: lastChange(app), layered }] : []
  })
}

function lastChange({ version, versionInfo, tasks }: v.InferOutput<typeof APP>): number {
  const changed = versionInfo.lastConfigChangeAt ?? version ?? ''
  const staged = tasks.map(({ stagedAt }) => Date.parse(stagedAt)).filter(time => !Number.isNaN(time))
  return staged.reduce((last, time) => Math.max(last, time), Date.parse(changed))
}

/** The preview that the labels of an app in Marathon describe; undefined for any other app. */
export function previewIn({ labels }: { labels?: unknown }): Preview | undefined {
  try {
    return readPreview(labels)
  } catch (error) {
    if (error instanceof MesosizeError) return undefined
    throw error
  }
}

/** The name of a version, as used in a path. */
const TIMESTAMP = pattern(/^[\dTZ:.+-]+$/, 'a time')
const VERSIONS = fields({ versions: each(TIMESTAMP) })

/** The definitions of an app that Marathon remembers, in no particular order. */
export async function listVersions(marathon: Marathon, id: string): Promise<Record<string, unknown>[]> {
  const path = `${appPath(id)}/versions`
  const what = `list the versions of ${id}`
  const answer = await notFound(marathon.send({ method: 'GET', path, what }))
  const { versions } = v.parse(VERSIONS, answer)
  const definitions: Record<string, unknown>[] = []
  for (const version of versions) {
    const one = { path: `${path}/${version}`, what: `show a version of ${id}` }
    const { value } = readValue(anyObject, await notFound(marathon.send({ method: 'GET', ...one })))
    if (value) definitions.push(value)
  }
  return definitions
}

const GROUP = object({ apps: each(v.unknown()), groups: each(v.unknown()), pods: each(v.unknown()) })

/**
 * Removes a group in which nothing is left; one that does not exist, is not empty or is being changed is left alone.
 * @throws as `Marathon.send`
 */
export async function removeEmptyGroup(marathon: Marathon, id: string): Promise<void> {
  const path = `/v2/groups${id}`
  const query = ['apps', 'groups', 'pods'].map(what => ['embed', `group.${what}`] as const)
  const show = marathon.send({ method: 'GET', path, query, what: `show the group ${id}` })
  const { value: group } = readValue(GROUP, await notFound(show))
  if (!group || [group.apps, group.groups, group.pods].some(content => content.length > 0)) return
  const what = `remove the group ${id}`
  await marathon.send({ method: 'DELETE', path, what }).catch(error => {
    if (!(error instanceof MarathonError) || !GONE_OR_BUSY.has(error.code)) throw error
  })
}

const GONE_OR_BUSY: ReadonlySet<string> = new Set(['MARATHON_NOT_FOUND', 'MARATHON_LOCKED'])

/** Undefined if Marathon does not know it. */
async function notFound(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch(error => {
    if (error instanceof MarathonError && error.code === 'MARATHON_NOT_FOUND') return undefined
    throw error
  })
}
