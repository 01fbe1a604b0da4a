import { MesosizeError } from '../../lib/errors.ts'
import type { NonEmpty } from '../../lib/in-turn.ts'
import { parseWebUrl, printableUrl } from '../../lib/url.ts'
import { basicUserProblem, takeUserInfo } from '../../lib/user-info.ts'

/** The address of a Marathon. */
export interface MarathonAddress {
  /** The base URLs of its masters, without user, password, query and a trailing slash. */
  urls: NonEmpty<URL>
  /** The Authorization header of the user and password that were in a URL. */
  authorization?: string
}

/**
 * Reads the base URL of a Marathon, such as `https://cluster.example.com/service/marathon`, or the base URLs of several
 * masters of one cluster, separated by commas or white space.
 * @throws MesosizeError MARATHON_URL
 */
export function readMarathonUrls(text: string): MarathonAddress {
  const [first, ...others] = text.split(/[\s,]+/).filter(word => word !== '')
  if (first === undefined) throw new MesosizeError('MARATHON_URL', `it is empty. ${EXAMPLES}`)
  const leader = readUrl(first)
  const read = others.map(readUrl)
  const authorizations = new Set([leader, ...read].flatMap(({ authorization }) => authorization ?? []))
  if (authorizations.size > 1) {
    throw new MesosizeError(
      'MARATHON_URL',
      'the masters of one Marathon have the same user and password, but these URLs have different ones. Give them once, in one of the URLs.',
    )
  }
  return { urls: [leader.url, ...read.map(({ url }) => url)], authorization: [...authorizations][0] }
}

/** The URL of an API path under a base URL; slashes are kept. */
export function apiUrl(base: URL, path: string, query: readonly (readonly [string, string])[] = []): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}${path}`
  for (const [name, value] of query) url.searchParams.append(name, value)
  return url
}

/** Whether data sent to a URL stays on this machine or is encrypted. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

const EXAMPLES =
  'Write an address such as http://marathon.example.com:8080 or https://cluster.example.com/service/marathon.'

function readUrl(word: string): ReturnType<typeof takeUserInfo> {
  const parsed = parseWebUrl(word)
  if (!parsed) {
    throw new MesosizeError(
      'MARATHON_URL',
      `${JSON.stringify(printableUrl(word))} is not an http or https URL. ${EXAMPLES}`,
    )
  }
  const { url, user = '', authorization } = takeUserInfo(parsed)
  const problem = basicUserProblem(user)
  if (problem) throw new MesosizeError('MARATHON_URL', `the user in it ${problem}`)
  url.search = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '')
  return { url, authorization }
}
