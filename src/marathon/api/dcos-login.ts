import * as v from 'valibot'
import { readText } from '../../http/body.ts'
import { formatStatus, HttpStatusError, networkError } from '../../http/errors.ts'
import type { Fetch } from '../../http/fetch.ts'
import { type RetryOptions, withRetries } from '../../http/retry.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { object, readJson, text } from '../../lib/json.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { isToken } from '../../lib/token.ts'
import { printableUrl } from '../../lib/url.ts'
import type { Credentials } from './credentials.ts'
import { loginJwt } from './service-account.ts'

export interface LoginTools {
  fetch: Fetch
  report: Reporter
  signal?: AbortSignal
  retry?: Omit<RetryOptions, 'signal'>
  /** The time, milliseconds since the epoch. */
  now?: () => number
}

export type DcosLogin = Extract<Credentials, { kind: 'dcos-service-account' | 'dcos-user' }>

const LOGIN_PATH = '/acs/api/v1/auth/login'
/** Milliseconds by which clocks may differ without a warning. */
const TOLERATED_SKEW = 60_000
const LONGEST_ANSWER = 1024 * 1024

/**
 * Logs in to DC/OS.
 * @param cluster any URL of the cluster
 * @returns the token for `Authorization: token=...`
 * @throws MesosizeError DCOS_LOGIN if it is refused, HTTP_...
 */
export async function dcosLogin(credentials: DcosLogin, cluster: URL, tools: LoginTools): Promise<string> {
  const own = new URL(LOGIN_PATH, cluster)
  const named = credentials.kind === 'dcos-service-account' ? credentials.account.loginEndpoint : undefined
  if (!named || named.href === own.href) return logInAt(own, credentials, tools)
  try {
    return await logInAt(named, credentials, tools)
  } catch (error) {
    if (!(error instanceof MesosizeError) || error.code !== 'HTTP_NETWORK') throw error
    tools.report.note(
      `The service account's login_endpoint ${printableUrl(named)} cannot be reached from here, so the login goes to ${printableUrl(own)}.`,
    )
    return logInAt(own, credentials, tools)
  }
}

async function logInAt(url: URL, credentials: DcosLogin, tools: LoginTools): Promise<string> {
  const { now = Date.now, report } = tools
  const first = await ask(url, body(credentials, now()), tools)
  if (first.token !== undefined) return first.token
  // The login contains an expiry by the local clock, which the server compares with its own.
  const skew = first.date - now()
  const skewed = credentials.kind === 'dcos-service-account' && Math.abs(skew) > TOLERATED_SKEW
  if (!skewed) throw refused(url, first.response, credentials)
  const seconds = Math.round(Math.abs(skew) / 1000)
  report.warn(
    `The clock of this machine is ${seconds} seconds ${skew > 0 ? 'behind' : 'ahead of'} that of ${url.host}, which checks the expiry of the login. Correct the clock of this machine.`,
  )
  const second = await ask(url, body(credentials, first.date), tools)
  if (second.token !== undefined) return second.token
  throw refused(url, second.response, credentials)
}

function body(credentials: DcosLogin, now: number): string {
  if (credentials.kind === 'dcos-user') {
    return JSON.stringify({ uid: credentials.uid, password: credentials.password })
  }
  const { account } = credentials
  return JSON.stringify({ uid: account.uid, token: loginJwt(account, now) })
}

/** @returns the token, if there is one, and the server's time, NaN if unknown */
async function ask(url: URL, login: string, { fetch, signal, retry }: LoginTools) {
  return withRetries(
    async () => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: login,
        redirect: 'manual',
        signal,
      }).catch(thrown => {
        throw thrown instanceof TypeError ? networkError(printableUrl(url), thrown) : thrown
      })
      const text = await readText({ response, shown: printableUrl(url) }, LONGEST_ANSWER)
      if (response.status === 429 || response.status >= 500) {
        throw new HttpStatusError(
          'HTTP_STATUS',
          `${printableUrl(url)} answered ${formatStatus(response.status)} to the login. Try again later.`,
          response,
        )
      }
      const token = response.ok ? tokenIn(text) : undefined
      return { token, date: Date.parse(response.headers.get('date') ?? ''), response }
    },
    { ...retry, signal },
  )
}

const ANSWER = object({ token: v.pipe(text, v.check(isToken, 'a token')) })

function tokenIn(text: string): string | undefined {
  return readJson(ANSWER, text).value?.token
}

function refused(url: URL, { status, ok }: Response, { kind }: DcosLogin): MesosizeError {
  const next =
    status === 401 || status === 403
      ? kind === 'dcos-user'
        ? `The user or the password in ${setting('dcos-user')} and ${setting('dcos-password')} is wrong, or the user may not log in.`
        : `The account in ${setting('dcos-service-account')} does not exist, has another public key, or may not log in: compare with "dcos security org service-accounts show UID".`
      : `Check that ${setting('marathon')} is an address of a DC/OS cluster, such as https://cluster.example.com/service/marathon; for a Marathon without DC/OS, use ${setting('marathon-user')} and ${setting('marathon-password')}.`
  const answered = ok ? 'a page without a token' : formatStatus(status)
  return new MesosizeError('DCOS_LOGIN', `${printableUrl(url)} answered ${answered} to the login. ${next}`)
}
