import * as v from 'valibot'
import { javaUriProblem } from '../java-uri.ts'
import { quoteProblem } from '../rules.ts'
import { doubt, impossible, type Problem, refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'
import { boolean, list, ruled, shape, text } from './shape.ts'

// fetch, and the older uris (types/artifact.raml, api/v2/Validation.scala).

const ARTIFACT = shape({
  uri: ruled<string>(value =>
    typeof value !== 'string' || value === ''
      ? 'must be a URI, such as https://example.com/app.tgz'
      : value.length > 1024
        ? `must have at most 1024 characters, not ${value.length}: shorten it`
        : undefined,
  ),
  extract: v.optional(boolean, true),
  executable: v.optional(boolean, false),
  cache: v.optional(boolean, false),
  destPath: v.optional(text('"app.tgz"', 1, 1024)),
})

export const FETCH = {
  fetch: v.optional(list(ARTIFACT, '[{"uri": "https://example.com/app.tgz"}]')),
  uris: v.optional(list(text('"https://example.com/app.tgz"'), '["https://example.com/app.tgz"]')),
}

export const FETCH_RULES = [
  rule(['fetch'], function* ({ fetch }) {
    for (const [index, { uri, destPath }] of items(fetch)) {
      yield* uriProblems(`fetch[${index}].uri`, uri)
      if (destPath?.startsWith('/')) {
        yield impossible(
          `fetch[${index}].destPath`,
          destPath,
          'must be a path relative to the sandbox, such as "app.tgz": Mesos\' fetcher refuses any other',
        )
      } else if (destPath?.split('/').includes('..')) {
        yield doubt(
          `fetch[${index}].destPath`,
          destPath,
          'leads out of the sandbox, which Mesos does not prevent: write a path inside it, such as "app.tgz"',
        )
      }
    }
    for (const { index, key, first } of repeated(fetch, item => item.destPath)) {
      yield impossible(
        `fetch[${index}].destPath`,
        key,
        `is the destPath of fetch[${first}] too, and the one fetched last, whichever it is, would overwrite the other: give it another`,
      )
    }
    for (const { index, key, first } of repeated(fetch, item => item.uri)) {
      // The same twice is once to Mesos.
      if (JSON.stringify(fetch![index]) === JSON.stringify(fetch![first])) continue
      yield doubt(
        `fetch[${index}].uri`,
        key,
        `is fetched by fetch[${first}] already, on which agents before Mesos 1.8 can wait for ever (MESOS-9172): remove one`,
      )
    }
  }),

  rule(['uris'], function* ({ uris }) {
    for (const [index, uri] of items(uris)) yield* uriProblems(`uris[${index}]`, uri)
  }),

  rule(['fetch', 'uris'], function* ({ fetch = [], uris = [] }) {
    if (fetch.length > 0 && uris.length > 0) {
      yield refused('uris', undefined, 'cannot stand beside fetch: keep one of the two')
    }
  }),
]

function* uriProblems(place: string, uri: string): Generator<Problem> {
  const unread = javaUriProblem(uri)
  if (unread) yield refused(place, uri, unread)
  const quote = quoteProblem(uri)
  if (quote) yield impossible(place, uri, quote)
}
