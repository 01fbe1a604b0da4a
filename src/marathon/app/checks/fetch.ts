import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { fetchUriProblem } from '../rules.ts'
import { checked, list, type Problem, repeated } from './problem.ts'

/** fetch, and the older uris (types/artifact.raml, api/v2/Validation.scala; duplicates: MESOS-9172). */
export function* fetchProblems({ fetch, uris }: JsonObject): Generator<Problem> {
  yield* list('/fetch', fetch, artifactProblems)
  yield* list('/uris', uris, (path, uri) => checked(path, uri, fetchUriProblem))
  const uriOf = (item: JsonValue) => (isObject(item) ? item.uri : undefined)
  const twice = (first: string) => `is fetched by ${first} already: remove one`
  yield* repeated('/fetch', fetch, uriOf, twice)
  yield* repeated('/uris', uris, uri => uri, twice)
  yield* repeated(
    '/fetch',
    fetch,
    item => (isObject(item) ? item.destPath : undefined),
    first => `is the destPath of ${first} too: give it another`,
  )
  if (Array.isArray(fetch) && fetch.length > 0 && Array.isArray(uris) && uris.length > 0) {
    yield { path: '/uris', problem: 'cannot stand beside fetch: keep one of the two' }
  }
}

function* artifactProblems(path: string, artifact: JsonValue): Generator<Problem> {
  if (!isObject(artifact)) {
    yield {
      path,
      value: artifact,
      problem: 'must be an object such as {"uri": "https://example.com/app.tgz"}',
    }
    return
  }
  yield* checked(`${path}/uri`, artifact.uri ?? '', fetchUriProblem)
  yield* checked(`${path}/destPath`, artifact.destPath, value =>
    typeof value === 'string' && isInside(value)
      ? undefined
      : 'must be a relative path of 1 to 1024 characters inside the sandbox, such as "app.tgz"',
  )
  for (const name of ['extract', 'executable', 'cache']) {
    yield* checked(`${path}/${name}`, artifact[name], value =>
      typeof value === 'boolean' ? undefined : 'must be true or false',
    )
  }
}

function isInside(path: string): boolean {
  return path.length >= 1 && path.length <= 1024 && !path.startsWith('/') && !path.split('/').includes('..')
}
