import { MesosizeError } from '../../lib/errors.ts'
import { isObject } from '../../lib/is-object.ts'
import { setting } from '../../lib/setting.ts'
import { fetchSchemeProblem } from '../app/fetch-scheme.ts'
import { fetchPathProblem, hostProblem } from '../app/rules.ts'
import { shown } from '../app/shown.ts'
import type { AppDefinition } from '../app/validate.ts'

/**
 * Refuses URIs that Mesos' fetcher can never fetch.
 * @throws MesosizeError APP_UNFETCHABLE, with all of them
 */
export function checkFetchable(app: AppDefinition): void {
  const problems = unfetchable(app)
  if (problems.length === 0) return
  throw new MesosizeError(
    'APP_UNFETCHABLE',
    [
      'No agent can fetch what the app needs:',
      ...problems.map(problem => `  ${problem}`),
      `Write URIs that agents can fetch into the app definition, such as those of a web server; ${setting('allow-unfetchable-uri')} deploys it anyway.`,
    ].join('\n'),
  )
}

/**
 * The URIs of an app that Mesos' fetcher can never fetch, because it sends no credentials and cannot log in.
 * @returns a line each, with the reason
 */
export function unfetchable({ fetch, uris }: AppDefinition): string[] {
  const named = [
    ...listed(fetch).map((item, index) => ({
      path: `fetch[${index}].uri`,
      uri: isObject(item) && item.uri,
    })),
    ...listed(uris).map((uri, index) => ({ path: `uris[${index}]`, uri })),
  ]
  return named.flatMap(({ path, uri }) => {
    const problem = typeof uri === 'string' && problemOf(uri)
    return problem ? [`${path}: ${shown(uri)} ${problem}`] : []
  })
}

function listed<T>(value: T | T[] | undefined): T[] {
  return Array.isArray(value) ? value : []
}

function problemOf(uri: string): string | undefined {
  if (/^file:/i.test(uri) || !/^[a-z][a-z0-9+.-]*:/i.test(uri)) {
    return 'is a file on the agent itself, which cannot see the files of this machine'
  }
  const unfit = hostProblem(uri) ?? fetchSchemeProblem(uri) ?? fetchPathProblem(uri)
  if (unfit) return unfit
  if (!URL.canParse(uri)) return undefined
  const { hostname, pathname } = new URL(uri)
  if (/\/actions\/(?:runs\/\d+\/)?artifacts\/\d+/.test(pathname)) {
    return 'is an artifact of a workflow run, for which GitHub requires a login'
  }
  if (/^(?:\/api\/v3)?\/repos\/[^/]+\/[^/]+\/releases\/assets\/\d+/.test(pathname)) {
    return "is the address of a release's asset in GitHub's API, which requires headers that agents do not send; public repositories have /releases/download/TAG/NAME"
  }
  if (/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) {
    return 'is the agent itself there, not this machine'
  }
  return undefined
}
