import { UsageError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { isToken } from '../../lib/token.ts'
import { basicAuthorization, basicUserProblem, hasColonInPassword } from '../../lib/user-info.ts'
import { readServiceAccount, type ServiceAccount } from './service-account.ts'

/** The ways to authenticate to a Marathon. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'basic'; authorization: string }
  | { kind: 'dcos-token'; token: string }
  | { kind: 'dcos-service-account'; account: ServiceAccount }
  | { kind: 'dcos-user'; uid: string; password: string }

/** The values that the user gave, as text. Empty counts as not given. */
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

/**
 * @param named how messages name a setting that has a value, by its row's name: it may be from a variable or a file
 * @throws UsageError for kinds that exclude each other or are incomplete; MesosizeError DCOS_SERVICE_ACCOUNT
 */
export function readCredentials(
  given: GivenCredentials,
  named: (name: string) => string = setting,
): Credentials {
  const pair = (prefix: string, user?: string, password?: string) =>
    [user && named(`${prefix}-user`), password && named(`${prefix}-password`)].filter(Boolean).join(' and ')
  const kinds = [
    given.fromUrl && `the user and password in ${named('marathon')}`,
    pair('marathon', given.user, given.password),
    given.dcosToken && named('dcos-token'),
    given.dcosServiceAccount && named('dcos-service-account'),
    pair('dcos', given.dcosUser, given.dcosPassword),
  ].filter(kind => kind !== undefined && kind !== '')
  const problems: string[] = []
  if (kinds.length > 1) {
    problems.push(`Credentials of ${kinds.length} kinds are given: ${kinds.join('; ')}. Keep one of them.`)
  }
  for (const [prefix, user, password] of [
    ['marathon', given.user, given.password],
    ['dcos', given.dcosUser, given.dcosPassword],
  ]) {
    const [userName, passwordName] = [`${prefix}-user`, `${prefix}-password`]
    if (user && !password) problems.push(`${named(userName)}: also needs ${setting(passwordName)}.`)
    if (password && !user) problems.push(`${named(passwordName)}: also needs ${setting(userName)}.`)
  }
  const userProblem = basicUserProblem(given.user ?? '')
  if (userProblem) problems.push(`${named('marathon-user')}: ${userProblem}`)
  const token = given.dcosToken?.trim().replace(/^token=/, '')
  if (token && !isToken(token)) {
    problems.push(
      `${named('dcos-token')}: has white space or other characters that a token cannot contain. Copy it again from "dcos config show core.dcos_acs_token".`,
    )
  }
  if (problems.length > 0) throw new UsageError(problems)

  if (given.fromUrl) return { kind: 'basic', authorization: given.fromUrl }
  if (given.user) {
    return { kind: 'basic', authorization: basicAuthorization(given.user, given.password!) }
  }
  if (token) return { kind: 'dcos-token', token }
  if (given.dcosServiceAccount) {
    const account = readServiceAccount(given.dcosServiceAccount, named('dcos-service-account'))
    return { kind: 'dcos-service-account', account }
  }
  if (given.dcosUser) return { kind: 'dcos-user', uid: given.dcosUser, password: given.dcosPassword! }
  return { kind: 'none' }
}

/**
 * Advice after a refusal if the password can never work; undefined if it can. Marathon splits its flag at the last
 * colon (MarathonConf.scala), but the header at the first. A proxy in front of Marathon may accept such a password, so
 * it cannot be refused in advance.
 * @param authorization the header that was refused
 */
export function colonAdvice(authorization: string): string | undefined {
  return hasColonInPassword(authorization)
    ? "The password has a colon, which never works with Marathon's --http_credentials: there, only the part after the last colon is the password. Choose one without a colon."
    : undefined
}
