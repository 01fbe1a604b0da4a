import { parseWebUrl, printableUrl } from '../lib/url.ts'

/**
 * What is wrong with the variables that name proxies, full sentences. Lower case takes precedence, and an empty
 * variable means no proxy, as in undici's EnvHttpProxyAgent.
 */
export function proxyProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  return ['http_proxy', 'https_proxy'].flatMap(lower => {
    const name = env[lower] === undefined ? lower.toUpperCase() : lower
    const text = env[name]
    if (!text || parseWebUrl(text)) return []
    return `${name}: ${JSON.stringify(printableUrl(text))} is not the URL of a proxy. Write one such as http://proxy.example.com:3128, or unset the variable.`
  })
}
