/** The Authorization header of a user and password. RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Takes user and password out of a URL; as with libcurl, they become basic authentication. */
export function takeUserInfo(from: URL): { url: URL; authorization?: string } {
  const url = new URL(from)
  url.username = ''
  url.password = ''
  if (!from.username && !from.password) return { url }
  return { url, authorization: basicAuthorization(decode(from.username), decode(from.password)) }
}

/** Percent-decoded; unchanged if it is not percent-encoding. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
