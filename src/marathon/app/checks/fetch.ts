import { javaUriProblem } from '../java-uri.ts'
import { apostropheProblem } from '../rules.ts'
import { doubt, impossible, type Problem, refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'

// fetch, and the older uris (api/v2/Validation.scala).

export const FETCH_RULES = [
  rule(['fetch'], function* ({ fetch }) {
    for (const [index, { uri, destPath }] of items(fetch)) {
      yield* uriProblems(`fetch[${index}].uri`, uri)
      if (destPath?.startsWith('/')) {
        yield impossible(
          `fetch[${index}].destPath`,
          destPath,
          'must be a path relative to the sandbox, such as "app.tgz": Mesos\' fetcher refuses absolute paths',
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
        `is also the destPath of fetch[${first}], and whichever is fetched last would overwrite the other: choose another`,
      )
    }
    for (const { index, key, first } of repeated(fetch, item => item.uri)) {
      // Mesos treats exact duplicates as one.
      if (JSON.stringify(fetch![index]) === JSON.stringify(fetch![first])) continue
      yield doubt(
        `fetch[${index}].uri`,
        key,
        `is also fetched by fetch[${first}], which can make agents before Mesos 1.8 wait forever (MESOS-9172): remove one`,
      )
    }
  }),

  rule(['uris'], function* ({ uris }) {
    for (const [index, uri] of items(uris)) yield* uriProblems(`uris[${index}]`, uri)
  }),

  rule(['fetch', 'uris'], function* ({ fetch = [], uris = [] }) {
    if (fetch.length > 0 && uris.length > 0) {
      yield refused('uris', undefined, 'cannot be combined with fetch: keep one of the two')
    }
  }),
]

function* uriProblems(place: string, uri: string): Generator<Problem> {
  const unread = javaUriProblem(uri)
  if (unread) yield refused(place, uri, unread)
  const apostrophe = apostropheProblem(uri)
  if (apostrophe) yield impossible(place, uri, apostrophe)
}
