import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFetch, type Fetch } from '../../../src/http/fetch.ts'
import { getApp } from '../../../src/marathon/api/apps.ts'
import { listDeployments } from '../../../src/marathon/api/deployments.ts'
import type { MarathonServerOptions } from '../../testkit/marathon-server.ts'
import { ACCOUNT, clientOf, marathonServer, secretOf } from './marathons.ts'

const dcos = (changes: object = {}): MarathonServerOptions => ({
  prefix: '/service/marathon',
  auth: {
    kind: 'dcos',
    serviceAccounts: { [ACCOUNT.uid]: ACCOUNT.publicKey },
    users: { ops: 'hunter2' },
    tokens: ['five-days'],
  },
  ...changes,
})

describe('who asks', () => {
  test('without credentials, the error names what to give', async () => {
    const server = await marathonServer({ auth: { kind: 'basic', user: 'ci', password: 'hunter2' } })
    const { marathon } = clientOf(server.url)
    await expect(listDeployments(marathon)).rejects.toMatchObject({
      code: 'MARATHON_LOGIN',
      message: expect.stringContaining('It requires a login: give --marathon-user'),
    })
    expect(server.requests[0]!.headers.authorization).toBeUndefined()
  })

  test('a user with a password, given or in the URL', async () => {
    const server = await marathonServer({ auth: { kind: 'basic', user: 'ci', password: 'hunter2' } })
    const given = { user: 'ci', password: 'hunter2' }
    expect(await listDeployments(clientOf(server.url, { given }).marathon)).toEqual([])
    const url = server.url.replace('//', '//ci:hunter2@')
    expect(await listDeployments(clientOf(url).marathon)).toEqual([])
  })

  test.each(['pass:word', ':', 'p:a:s'])(
    'the password %j, which cannot work, and is told so',
    async password => {
      const server = await marathonServer({ auth: { kind: 'basic', user: 'ci', password } })
      const url = server.url.replace('//', `//ci:${encodeURIComponent(password)}@`)
      for (const client of [clientOf(server.url, { given: { user: 'ci', password } }), clientOf(url)]) {
        const error = await listDeployments(client.marathon).catch(thrown => thrown)
        expect(error).toMatchObject({
          code: 'MARATHON_LOGIN',
          message: expect.stringMatching(
            /The credentials are not valid there\. The password has a colon, which never works with Marathon's --http_credentials: .* Choose one without a colon\.$/,
          ),
        })
        if (password.length > 1) expect(error.message).not.toContain(password)
      }
    },
  )

  test('a wrong password without a colon, without advice about colons', async () => {
    const server = await marathonServer({ auth: { kind: 'basic', user: 'ci', password: 'hunter2' } })
    const { marathon } = clientOf(server.url, { given: { user: 'ci', password: 'hunter3' } })
    await expect(listDeployments(marathon)).rejects.toMatchObject({
      message: expect.not.stringContaining('colon'),
    })
  })

  test('a token of DC/OS', async () => {
    const server = await marathonServer(dcos())
    const { marathon, report } = clientOf(server.url, { given: { dcosToken: 'five-days' } })
    expect(await listDeployments(marathon)).toEqual([])
    expect(server.requests[0]!.headers.authorization).toBe('token=five-days')
    server.expireTokens()
    await expect(listDeployments(marathon)).rejects.toThrow(/The credentials are not valid there/)
    await expect(listDeployments(marathon)).rejects.not.toThrow(/five-days/)
    expect(report.warnings).toEqual([])
  })

  test.each([
    ['a service account', { dcosServiceAccount: secretOf() }],
    ['a user of DC/OS', { dcosUser: 'ops', dcosPassword: 'hunter2' }],
  ])('%s, which logs in once, and once more when the token has expired', async (_name, given) => {
    const server = await marathonServer(dcos())
    const { marathon, authorization } = clientOf(server.url, { given })
    expect(await Promise.all([listDeployments(marathon), listDeployments(marathon)])).toEqual([[], []])
    expect(server.logins).toHaveLength(1)
    server.expireTokens()
    await Promise.all([listDeployments(marathon), getApp(marathon, '/none')])
    expect(server.logins).toHaveLength(2)
    // All who have been refused at once share one login.
    const refused = await authorization.header()
    expect(await Promise.all([1, 2, 3].map(() => authorization.renew(refused)))).toEqual([true, true, true])
    expect(server.logins).toHaveLength(3)
    const asked = server.requests.filter(({ path }) => path.includes('login'))
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/acs/api/v1/auth/login' })
  })

  test('the login of a service account is an RS256 JWT that is good for five minutes', async () => {
    const server = await marathonServer(dcos())
    const now = () => Date.parse('2030-01-01T00:00:00Z')
    const { marathon } = clientOf(server.url, { given: { dcosServiceAccount: secretOf() }, now })
    await listDeployments(marathon)
    // The clock is years ahead: the first login is refused, the second one uses the server's.
    const [first] = server.logins
    const [head, claims] = first!.token
      .split('.')
      .map((part: string) => Buffer.from(part, 'base64url').toString())
    expect(head).toBe('{"alg":"RS256","typ":"JWT"}')
    expect(JSON.parse(claims)).toEqual({ uid: ACCOUNT.uid, exp: now() / 1000 + 300 })
  })

  test.each([
    [3_600_000, 'behind'],
    [-3_600_000, 'ahead of'],
  ])('a clock that is off by %d ms is reported, and corrected for', async (skew, words) => {
    const server = await marathonServer(dcos({ skew }))
    const { marathon, report } = clientOf(server.url, { given: { dcosServiceAccount: secretOf() } })
    expect(await listDeployments(marathon)).toEqual([])
    expect(server.logins).toHaveLength(2)
    expect(report.warnings).toEqual([
      expect.stringMatching(new RegExp(`^The clock of this machine is 3\\d{3} seconds ${words} that of 127`)),
    ])
  })

  test.each([
    ['a wrong password', { dcosUser: 'ops', dcosPassword: 'hunter3' }, /--dcos-password is wrong/],
    ['an unknown account', { dcosServiceAccount: secretOf({ uid: 'nobody' }) }, /has another public key/],
  ])('%s', async (_name, given, words) => {
    const server = await marathonServer(dcos())
    const { marathon } = clientOf(server.url, { given })
    await expect(listDeployments(marathon)).rejects.toMatchObject({
      code: 'DCOS_LOGIN',
      message: expect.stringMatching(words),
    })
    await expect(listDeployments(marathon)).rejects.not.toThrow(/hunter/)
  })

  test('a login that fails for a while is tried again', async () => {
    const server = await marathonServer(dcos())
    server.fault({ path: 'login', reply: { status: 502, body: '<html></html>' } })
    server.fault({ path: 'login' })
    const given = { dcosUser: 'ops', dcosPassword: 'hunter2' }
    const { marathon, pauses } = clientOf(server.url, { given })
    expect(await listDeployments(marathon)).toEqual([])
    expect(pauses).toHaveLength(2)
  })

  test('a Marathon without DC/OS takes no login', async () => {
    const server = await marathonServer()
    const given = { dcosUser: 'ops', dcosPassword: 'hunter2' }
    await expect(listDeployments(clientOf(server.url, { given }).marathon)).rejects.toThrow(
      /answered 404 Not Found to the login. Check that --marathon is an address of a DC\/OS cluster/,
    )
  })

  test('a login_endpoint that only the cluster knows is passed over', async () => {
    const server = await marathonServer(dcos())
    const endpoint = 'https://leader.mesos/acs/api/v1/auth/login'
    const own = createFetch({ version: '1' })
    const fetch: Fetch = async (url, init) => {
      if (String(url) !== endpoint) return own(url, init)
      const cause = Object.assign(new Error('getaddrinfo ENOTFOUND leader.mesos'), { code: 'ENOTFOUND' })
      throw new TypeError('fetch failed', { cause })
    }
    const given = { dcosServiceAccount: secretOf({ login_endpoint: endpoint }) }
    const { marathon, report } = clientOf(server.url, { given, fetch })
    expect(await listDeployments(marathon)).toEqual([])
    expect(report.notes).toEqual([expect.stringContaining(`login_endpoint ${endpoint} cannot be reached`)])
  })

  test.each([
    ['http://marathon.test:8080', { user: 'ci', password: 'hunter2' }, 1],
    ['http://marathon.test:8080', {}, 0],
    ['https://marathon.test', { user: 'ci', password: 'hunter2' }, 0],
    ['http://127.0.0.1:8080', { dcosToken: 'hunter2' }, 0],
    ['https://a.test,http://b.test', { dcosToken: 'hunter2' }, 1],
  ])('%s with %j: %d warnings of credentials that all can read', async (url, given, count) => {
    const fetch: Fetch = async url =>
      String(url).includes('a.test') ? new Response('', { status: 503 }) : new Response('[]')
    const { marathon, report } = clientOf(url, { given, fetch })
    await listDeployments(marathon)
    await listDeployments(marathon)
    expect(report.warnings).toHaveLength(count)
    expect(report.warnings.join()).toMatch(
      count === 0 ? /^$/ : /^Credentials are sent to http:\/\/\S+ without encryption/,
    )
    expect(report.warnings.join()).not.toContain('hunter2')
  })

  test('no redirect takes credentials along', async () => {
    const seen: IncomingHttpHeaders[] = []
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers)
      response.end('[]')
    })
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void elsewhere.close())
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v2/deployments?t=hunter2`
    const server = await marathonServer()
    server.fault({ reply: { status: 307, headers: { location: target } } })
    const { marathon } = clientOf(server.url, { given: { user: 'ci', password: 'hunter2' } })
    await expect(listDeployments(marathon)).rejects.toMatchObject({
      code: 'MARATHON_REDIRECT',
      message: expect.stringContaining(`"${target.replace(/\?.*/, '')}"`),
    })
    expect(seen).toEqual([])
  })
})
