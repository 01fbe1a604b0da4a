import * as v from 'valibot'
import { list, object, readValue, text, truth, whole } from '../lib/json.ts'

// The fields that are used here, as "Releases", "Issues", "Pulls" and "Deployments" of GitHub's REST API describe them:
// octokit takes whatever is sent for an answer, and so would any field of it be.

const ASSET = object({ id: whole(), name: text, state: text, size: whole(), created_at: text })
const RELEASE = object({
  id: whole(),
  tag_name: text,
  draft: truth,
  prerelease: truth,
  html_url: text,
  upload_url: v.pipe(
    text,
    v.check(url => /^https?:/.test(url) && URL.canParse(url), 'a URL'),
  ),
  body: v.nullish(text),
  assets: list(ASSET),
})
const COMMENT = object({ id: whole(), body: v.nullish(text) })
const PULL = object({ state: text, head: object({ sha: text }), base: object({ ref: text }) })
const DEPLOYMENT = object({ id: whole() })

/** By the end of the path. */
const GETS: readonly Shape[] = [
  [/\/releases$/, list(RELEASE)],
  [/\/releases\/(tags\/[^/]+|\d+)$/, RELEASE],
  [/\/releases\/\d+\/assets$/, list(ASSET)],
  [/\/issues\/\d+\/comments$/, list(COMMENT)],
  [/\/pulls\/\d+$/, PULL],
  [/\/deployments$/, list(DEPLOYMENT)],
  [/\/deployments\/\d+\/statuses$/, list(object({ state: text }))],
]
const CHANGES: readonly Shape[] = [
  [/\/releases(\/\d+)?$/, RELEASE],
  [/\/releases\/assets\/\d+$/, ASSET],
  [/\/deployments$/, DEPLOYMENT],
]

type Shape = readonly [path: RegExp, schema: v.GenericSchema]

/**
 * What is wrong with a successful response of GitHub.
 * @param method of the request
 * @param value the response; undefined if it is empty
 * @returns such as `assets is missing`; undefined if every field that is used is as it should be
 */
export function problemOfAnswer(method: string, path: string, value: unknown): string | undefined {
  const shapes = method === 'GET' ? GETS : method === 'POST' || method === 'PATCH' ? CHANGES : []
  const shape = shapes.find(([form]) => form.test(path))
  return shape && readValue(shape[1], value).problems?.[0]
}
