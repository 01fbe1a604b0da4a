/** The Authorization header of a user and password. RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/**
 * Why a user's name cannot be in such a header, to be read after the name of its setting; undefined if it can.
 * The first colon ends it (RFC 7617).
 */
export function basicUserProblem(user: string): string | undefined {
  return user.includes(':')
    ? 'has a colon, which in basic authentication ends the name. No server can know this user.'
    : undefined
}

/** Whether the password in such a header has a colon. */
export function hasColonInPassword(authorization: string): boolean {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(authorization) ?? []
  const [, ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return password.length > 1
}

/** Takes user and password out of a URL; as with libcurl, they become basic authentication. */
export function takeUserInfo(from: URL): { url: URL; user?: string; authorization?: string } {
  const url = new URL(from)
  url.username = ''
  url.password = ''
  if (!from.username && !from.password) return { url }
  const user = decode(from.username)
  return { url, user, authorization: basicAuthorization(user, decode(from.password)) }
}

/** Percent-decoded; unchanged if it is not percent-encoding. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
