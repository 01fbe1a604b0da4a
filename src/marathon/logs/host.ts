/** A URL on a host that Marathon names; undefined if it is not a valid host name. */
export function httpUrl(host: string, port: number, path = ''): URL | undefined {
  const url = `http://${host}:${port}${path}`
  return /^(?:\w[\w.-]*|\[[\da-f:.]+\])$/i.test(host) && URL.canParse(url) ? new URL(url) : undefined
}
