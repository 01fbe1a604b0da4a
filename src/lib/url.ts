/** A web address, undefined where a text is none: an absolute URL of http or https. */
export function parseWebUrl(text: string | URL): URL | undefined {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

/**
 * A URL as it may be shown: without user and password, and without the query, in which storage services put
 * signatures. Text that is no web address loses everything up to its last "@".
 */
export function printableUrl(url: string | URL): string {
  const parsed = parseWebUrl(url)
  if (parsed) return parsed.origin + parsed.pathname
  return String(url).replace(/^.*@/s, '').slice(0, 200)
}
