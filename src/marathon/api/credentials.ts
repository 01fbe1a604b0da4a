import { UsageError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { isToken } from '../../lib/token.ts'
import { basicAuthorization, basicUserProblem, hasColonInPassword } from '../../lib/user-info.ts'
import { readServiceAccount, type ServiceAccount } from './service-account.ts'

/** How a Marathon is told who asks. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'basic'; authorization: string }
  | { kind: 'dcos-token'; token: string }
  | { kind: 'dcos-service-account'; account: ServiceAccount }
  | { kind: 'dcos-user'; uid: string; password: string }

/** What a person gave, as text. Empty counts as not given. */
export interface GivenCredentials {
  /** The Authorization header of the user and password in the URL. */
  fromUrl?: string
  user?: string
  password?: string
  dcosToken?: string
  dcosServiceAccount?: string
  dcosUser?: string
  dcosPassword?: string
}

/** @throws UsageError for kinds that exclude each other or are incomplete; MesosizeError DCOS_SERVICE_ACCOUNT */
export function readCredentials(given: GivenCredentials): Credentials {
  const kinds = [
    given.fromUrl && `the user and password in ${setting('marathon')}`,
    (given.user || given.password) && `${setting('marathon-user')} and ${setting('marathon-password')}`,
    given.dcosToken && setting('dcos-token'),
    given.dcosServiceAccount && setting('dcos-service-account'),
    (given.dcosUser || given.dcosPassword) && `${setting('dcos-user')} and ${setting('dcos-password')}`,
  ].filter(kind => kind !== undefined && kind !== '')
  const problems: string[] = []
  if (kinds.length > 1) {
    problems.push(`Credentials of ${kinds.length} kinds are given: ${kinds.join('; ')}. Keep one of them.`)
  }
  for (const [prefix, user, password] of [
    ['marathon', given.user, given.password],
    ['dcos', given.dcosUser, given.dcosPassword],
  ]) {
    const [userName, passwordName] = [setting(`${prefix}-user`), setting(`${prefix}-password`)]
    if (user && !password) problems.push(`${userName}: needs ${passwordName} beside it.`)
    if (password && !user) problems.push(`${passwordName}: needs ${userName} beside it.`)
  }
  const userProblem = basicUserProblem(given.user ?? '')
  if (userProblem) problems.push(`${setting('marathon-user')}: ${userProblem}`)
  const token = given.dcosToken?.trim().replace(/^token=/, '')
  if (token && !isToken(token)) {
    problems.push(
      `${setting('dcos-token')}: has white space or other characters that a token cannot contain. Copy it again from "dcos config show core.dcos_acs_token".`,
    )
  }
  if (problems.length > 0) throw new UsageError(problems)

  if (given.fromUrl) return { kind: 'basic', authorization: given.fromUrl }
  if (given.user) {
    return { kind: 'basic', authorization: basicAuthorization(given.user, given.password!) }
  }
  if (token) return { kind: 'dcos-token', token }
  if (given.dcosServiceAccount) {
    return { kind: 'dcos-service-account', account: readServiceAccount(given.dcosServiceAccount) }
  }
  if (given.dcosUser) return { kind: 'dcos-user', uid: given.dcosUser, password: given.dcosPassword! }
  return { kind: 'none' }
}

/**
 * A sentence for whoever is refused with a password that cannot work; undefined where it can. Marathon splits its
 * flag at the last colon (MarathonConf.scala), and the header that is sent at the first. A proxy before Marathon may
 * know such a password anyway, so that this cannot be said before.
 * @param authorization the header that was refused
 */
export function colonAdvice(authorization: string): string | undefined {
  return hasColonInPassword(authorization)
    ? "The password has a colon, which never works with Marathon's --http_credentials: what is behind the last colon counts as the password there. Choose one without a colon."
    : undefined
}
