import { expect, test } from 'vitest'
import { proxyProblems } from '../../src/http/proxies.ts'

test.each<Record<string, string>>([
  {},
  { http_proxy: '', https_proxy: '' },
  { http_proxy: 'http://proxy:3128', HTTPS_PROXY: 'https://me:pw@proxy.test' },
  { http_proxy: 'http://proxy:3128', HTTP_PROXY: 'not used' },
  { http_proxy: '', HTTP_PROXY: 'not used' },
  { no_proxy: 'anything', ALL_PROXY: 'socks5://not.used' },
])('%j can be used', env => {
  expect(proxyProblems(env)).toEqual([])
})

test.each([
  [{ http_proxy: 'proxy:3128' }, 'http_proxy: "proxy:3128"'],
  [{ HTTP_PROXY: 'htp://proxy:3128' }, 'HTTP_PROXY: "htp://proxy:3128"'],
  [{ https_proxy: 'socks5://proxy:1080' }, 'https_proxy: "socks5://proxy:1080"'],
  [{ HTTPS_PROXY: 'http://me:secret@[nonsense' }, 'HTTPS_PROXY: "[nonsense"'],
])('%j cannot', (env, beginning) => {
  const [problem, ...others] = proxyProblems(env)
  expect(problem).toBe(
    `${beginning} is not the URL of a proxy. Write one such as http://proxy.example.com:3128, or unset the variable.`,
  )
  expect(others).toEqual([])
})

test('both are reported', () => {
  expect(proxyProblems({ http_proxy: 'a', https_proxy: 'b' })).toHaveLength(2)
})
