import type { Credentials } from './credentials.ts'
import { dcosLogin, type LoginTools } from './dcos-login.ts'

/** The Authorization header of a cluster, shared by all requests to a Marathon and, through DC/OS, to its agents. */
export interface Authorization {
  /**
   * The header's value; the first call may log in.
   * @throws as `dcosLogin`
   */
  header(): Promise<string | undefined>
  /**
   * Logs in again after a response 401, only once for all requests that got it.
   * @param refused the value that was refused
   * @returns whether there is a new value now
   */
  renew(refused: string | undefined): Promise<boolean>
}

/** @param cluster any URL of the cluster, where logins go to */
export function createAuthorization(
  credentials: Credentials,
  cluster: URL,
  tools: LoginTools,
): Authorization {
  if (credentials.kind === 'none' || credentials.kind === 'basic' || credentials.kind === 'dcos-token') {
    const value = fixedHeader(credentials)
    return { header: async () => value, renew: async () => false }
  }
  let current: Promise<string> | undefined
  const logIn = () => {
    const login = dcosLogin(credentials, cluster, tools).then(token => `token=${token}`)
    // After a failure, the next call tries again.
    login.catch(() => {
      if (current === login) current = undefined
    })
    return login
  }
  const header = () => {
    current ??= logIn()
    return current
  }
  return {
    header,
    async renew(refused) {
      const before = current
      if ((await before) === refused && current === before) current = logIn()
      return (await header()) !== refused
    },
  }
}

function fixedHeader(
  credentials: Extract<Credentials, { kind: 'none' | 'basic' | 'dcos-token' }>,
): string | undefined {
  switch (credentials.kind) {
    case 'none':
      return undefined
    case 'basic':
      return credentials.authorization
    case 'dcos-token':
      return `token=${credentials.token}`
  }
}
