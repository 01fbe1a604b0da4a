/**
 * A URL as it may be shown: without user and password, and without the query, in which storage services put
 * signatures. Text that is no web address loses everything up to its last "@".
 */
export function printableUrl(url: string | URL): string {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.origin + parsed.pathname
  return String(url).replace(/^.*@/s, '').slice(0, 200)
}
