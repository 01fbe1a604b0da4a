import * as v from 'valibot'
import { formatStatus, HttpStatusError } from '../../http/errors.ts'
import type { ErrorCode } from '../../lib/error-code.ts'
import { object, readJson } from '../../lib/json.ts'
import { each, fields, word } from '../../lib/lenient-json.ts'
import { setting } from '../../lib/setting.ts'
import { printableUrl } from '../../lib/url.ts'
import type { JsonValue } from '../app/request.ts'
import { complaintsIn, said } from './complaints.ts'
import { colonAdvice } from './credentials.ts'

/** An unsuccessful response of Marathon. */
export class MarathonError extends HttpStatusError {
  /** The deployments that lock what was to be changed. */
  readonly deployments: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    response: ConstructorParameters<typeof HttpStatusError>[2],
    deployments: readonly string[] = [],
  ) {
    super(code, message, response)
    this.deployments = deployments
  }
}

/** An answer and what had been asked for. */
export interface Refused {
  /** What was to be done, to be read after "to", such as "deploy /web/shop". */
  what: string
  url: URL
  /** The base URL. */
  base: URL
  status: number
  headers: Headers
  text: string
  /** The app definition that was sent. */
  app?: JsonValue
  /** Which text no message may show: the Authorization header that was sent, if one was, and what is in it. */
  secrets: readonly string[]
}

/** Of an answer 409. */
const LOCK = fields({ deployments: each(object({ id: word })) })

/**
 * What to tell a person about an unsuccessful response (api/MarathonExceptionMapper.scala).
 *
 * Codes: MARATHON_LOCKED (another deployment is running), MARATHON_EXISTS, MARATHON_NOT_FOUND (no such app),
 * MARATHON_REFUSED (the definition), MARATHON_LOGIN, MARATHON_FORBIDDEN, MARATHON_URL (this is not a Marathon),
 * MARATHON_REDIRECT, MARATHON_UNAVAILABLE (may pass).
 */
export function refusal(refused: Refused): MarathonError {
  const { status, what, base } = refused
  const body = readJson(v.unknown(), refused.text).value
  const words = hide(said(body), refused.secrets)
  const marathon = `Marathon at ${printableUrl(base)} answered ${formatStatus(status)} when asked to ${what}`
  const quoted = words === '' ? '' : `: ${JSON.stringify(words)}`
  const error = (code: ErrorCode, message: string, deployments?: readonly string[]) =>
    new MarathonError(code, message, refused, deployments)

  if (status >= 300 && status < 400) {
    const location = refused.headers.get('location')
    const target =
      location !== null && URL.canParse(location, refused.url.href)
        ? new URL(location, refused.url)
        : undefined
    return error(
      'MARATHON_REDIRECT',
      `${marathon}, with a redirect to ${JSON.stringify(target ? printableUrl(target) : 'nowhere')}: not followed, so that credentials go nowhere else. If that is the Marathon that you mean, give its base URL as ${setting('marathon')}.`,
    )
  }
  if (status === 409) {
    const deployments = v.parse(LOCK, body).deployments.map(({ id }) => id)
    if (deployments.length > 0) {
      return error(
        'MARATHON_LOCKED',
        `${marathon}: the app is locked by the running deployment${deployments.length > 1 ? 's' : ''} ${deployments.join(', ')}. Wait until that has ended, or use ${setting('force')} to cancel it.`,
        deployments,
      )
    }
    return error('MARATHON_EXISTS', `${marathon}${quoted}. Give the app another id.`)
  }
  if (isUnknownRoute(status, words)) {
    return error(
      'MARATHON_URL',
      `${marathon}: it knows no ${JSON.stringify(refused.url.pathname)}. ${addressAdvice()}`,
    )
  }
  switch (status) {
    case 401:
      return error('MARATHON_LOGIN', `${marathon}. ${loginAdvice(refused)}`)
    case 403:
      return error(
        'MARATHON_FORBIDDEN',
        /deployment/i.test(words)
          ? `${marathon}${quoted}. Wait until some of its deployments have ended.`
          : `${marathon}${quoted}. This user may not do that: ask for permission. In DC/OS it is dcos:service:marathon:marathon:services:/GROUP with create, read, update and delete.`,
      )
    case 404:
      return words === ''
        ? error('MARATHON_URL', `${marathon}, not in Marathon's words. ${addressAdvice()}`)
        : error('MARATHON_NOT_FOUND', `${marathon}${quoted}. Check the app's id.`)
  }
  // With 500 and words Marathon answers definitions of which it can make no sense (NormalizationException).
  if (status === 429 || status > 500 || (status === 500 && words === '')) {
    return error('MARATHON_UNAVAILABLE', `${marathon}${quoted}. Try again later.`)
  }
  const complaints = complaintsIn(body, refused.app).map(complaint => hide(complaint, refused.secrets))
  return error(
    'MARATHON_REFUSED',
    complaints.length > 0
      ? `${marathon}:\n${complaints.map(complaint => `  ${complaint}\n`).join('')}Change that in the app definition.`
      : `${marathon}${quoted}. ${words === '' ? `Check ${setting('marathon')}.` : 'Change the app definition.'}`,
  )
}

/** Marathon up to 1.5, and since 1.6. */
function isUnknownRoute(status: number, words: string): boolean {
  return (status === 404 || status === 500) && words.startsWith('URI not found')
}

function addressAdvice(): string {
  return `Check ${setting('marathon')}: it is what stands before /v2 in Marathon's addresses, for DC/OS https://CLUSTER/service/marathon.`
}

function loginAdvice({ secrets }: Refused): string {
  const basic = `${setting('marathon-user')} and ${setting('marathon-password')}`
  const dcos = `${setting('dcos-token')}, ${setting('dcos-service-account')}, or ${setting('dcos-user')} and ${setting('dcos-password')}`
  const advice = colonAdvice(secrets[0] ?? '')
  if (advice !== undefined) return `The credentials are not valid there. ${advice}`
  return secrets.length > 0
    ? `The credentials are not valid there, or have expired: give others. ${basic} are for --http_credentials; DC/OS takes ${dcos}.`
    : `It wants a login: give ${basic}, or for DC/OS ${dcos}.`
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
