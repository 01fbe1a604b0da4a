/** A text as an absolute http or https URL; undefined if it is not one. */
export function parseWebUrl(text: string | URL): URL | undefined {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

/** Like `parseWebUrl`; undefined also for a URL with a user or password. */
export function parseServerUrl(text: string | URL): URL | undefined {
  const url = parseWebUrl(text)
  return url?.username || url?.password ? undefined : url
}

/**
 * A URL as it may be shown: without user and password, and without the query, in which storage services put
 * signatures. Text that is not a URL loses everything up to its last "@".
 */
export function printableUrl(url: string | URL): string {
  const parsed = parseWebUrl(url)
  if (parsed) return parsed.origin + parsed.pathname
  return String(url).replace(/^.*@/s, '').slice(0, 200)
}
