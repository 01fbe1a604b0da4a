import * as v from 'valibot'
import { formatStatus, HttpStatusError } from '../../http/errors.ts'
import type { ErrorCode } from '../../lib/error-code.ts'
import { object, readJson } from '../../lib/json.ts'
import { each, fields, word } from '../../lib/lenient-json.ts'
import { maskOf } from '../../lib/mask.ts'
import { hasSetting, setting } from '../../lib/setting.ts'
import { printableUrl } from '../../lib/url.ts'
import type { JsonValue } from '../app/request.ts'
import { complaintsIn, said } from './complaints.ts'
import { colonAdvice } from './credentials.ts'

/** An unsuccessful response of Marathon. */
export class MarathonError extends HttpStatusError {
  /** The deployments that lock the app. */
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

/** A refused request and its response. */
export interface Refused {
  /** The purpose, as a phrase that follows "to", such as "deploy /web/shop". */
  what: string
  url: URL
  /** The base URL. */
  base: URL
  status: number
  headers: Headers
  text: string
  /** The app definition that was sent. */
  app?: JsonValue
  /** Text that no message may show: the Authorization header, if one was sent, and its contents. */
  secrets: readonly string[]
}

/** More than a person corrects at once. */
const MOST_COMPLAINTS = 15

/** The body of a response 409. */
const LOCK = fields({ deployments: each(object({ id: word })) })

/**
 * The error for an unsuccessful response (api/MarathonExceptionMapper.scala).
 *
 * Codes: MARATHON_LOCKED (another deployment is running), MARATHON_EXISTS, MARATHON_NOT_FOUND (no such app),
 * MARATHON_REFUSED (the definition), MARATHON_LOGIN, MARATHON_FORBIDDEN, MARATHON_URL (this is not a Marathon),
 * MARATHON_REDIRECT, MARATHON_UNAVAILABLE (transient).
 */
export function refusal(refused: Refused): MarathonError {
  const { status, what, base } = refused
  const body = readJson(v.unknown(), refused.text).value
  const mask = maskOf(refused.secrets)
  const words = mask(said(body))
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
      `${marathon}, with a redirect to ${JSON.stringify(target ? mask(printableUrl(target)) : 'nowhere')}. It was not followed, to keep the credentials safe. If that is the right Marathon, give its base URL as ${setting('marathon')}.`,
    )
  }
  if (status === 409) {
    const deployments = v.parse(LOCK, body).deployments.map(({ id }) => id)
    if (deployments.length > 0) {
      const advice = hasSetting('force') ? `, or use ${setting('force')} to cancel it` : ''
      return error(
        'MARATHON_LOCKED',
        `${marathon}: the app is locked by the running deployment${deployments.length > 1 ? 's' : ''} ${mask(deployments.join(', '))}. Wait until it has ended${advice}.`,
        deployments,
      )
    }
    return error('MARATHON_EXISTS', `${marathon}${quoted}. Give the app another id.`)
  }
  if (isUnknownRoute(status, words)) {
    return error(
      'MARATHON_URL',
      `${marathon}: it does not know ${JSON.stringify(refused.url.pathname)}. ${addressAdvice()}`,
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
          : `${marathon}${quoted}. This user may not do that: ask for permission. In DC/OS, it is dcos:service:marathon:marathon:services:/GROUP with create, read, update and delete.`,
      )
    case 404:
      return words === ''
        ? error('MARATHON_URL', `${marathon}, but without Marathon's error message. ${addressAdvice()}`)
        : error('MARATHON_NOT_FOUND', `${marathon}${quoted}. Check the app's id.`)
  }
  // Marathon answers 500 with a message to definitions that it cannot interpret (NormalizationException).
  if (status === 429 || status > 500 || (status === 500 && words === '')) {
    return error('MARATHON_UNAVAILABLE', `${marathon}${quoted}. Try again later.`)
  }
  const all = [...new Set(complaintsIn(body, refused.app).map(mask))]
  const others = all.length - MOST_COMPLAINTS
  const complaints = [...all.slice(0, MOST_COMPLAINTS), ...(others > 0 ? [`and ${others} more`] : [])]
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
  return `Check ${setting('marathon')}: it must be the part before /v2 in Marathon's addresses; for DC/OS, that is https://CLUSTER/service/marathon.`
}

function loginAdvice({ secrets }: Refused): string {
  const basic = `${setting('marathon-user')} and ${setting('marathon-password')}`
  const dcos = `${setting('dcos-token')}, ${setting('dcos-service-account')}, or ${setting('dcos-user')} and ${setting('dcos-password')}`
  const advice = colonAdvice(secrets[0] ?? '')
  if (advice !== undefined) return `The credentials are not valid there. ${advice}`
  return secrets.length > 0
    ? `The credentials are not valid there, or have expired: give others. ${basic} are for --http_credentials; for DC/OS, use ${dcos}.`
    : `It requires a login: give ${basic}, or for DC/OS ${dcos}.`
}
