import { describe, expect, test } from 'vitest'
import { putApp } from '../../../src/marathon/api/apps.ts'
import { type Refused, refusal } from '../../../src/marathon/api/errors.ts'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import type { MarathonVersion } from '../../testkit/marathon-server-rules.ts'
import { clientOf, marathonServer } from './marathons.ts'

const app: JsonObject = {
  id: '/web/shop',
  cmd: 'run',
  cpus: -1,
  env: { PASSWORD: 'hunter2' },
  fetch: [{ uri: 'https://ci:hunter2@files.test/a b.tgz' }],
  portDefinitions: [{ port: 0, name: 'GOSSIP', protocol: 'tcp,udp' }],
}

function refused(status: number, body: unknown, changes: Partial<Refused> = {}) {
  return refusal({
    what: 'deploy /web/shop',
    url: new URL('https://m.test/service/marathon/v2/apps/web/shop'),
    base: new URL('https://m.test/service/marathon'),
    status,
    headers: new Headers(),
    text: typeof body === 'string' ? body : JSON.stringify(body),
    app,
    secrets: [],
    ...changes,
  })
}

/** An answer about one field. */
const about = (path: string, error: string, message = 'Object is not valid') => ({
  message,
  details: [{ path, errors: [error] }],
})

describe('what Marathon says about a field', () => {
  test.each<[number, unknown, string]>([
    [
      422,
      about('/id', 'error.pattern', 'Invalid JSON'),
      '/id "/web/shop": does not have the form that Marathon expects (error.pattern)',
    ],
    [422, about('/cpus', 'error.min', 'Invalid JSON'), '/cpus -1: is too small (error.min)'],
    [422, about('/id', 'error.expected.jsstring'), '/id "/web/shop": must be text (error.expected.jsstring)'],
    [400, about('/mem', 'error.path.missing'), '/mem: is missing (error.path.missing)'],
    [
      422,
      about('/fetch(0)/uri', 'URI has invalid syntax.'),
      '/fetch(0)/uri "https://...@files.test/a b.tgz": "URI has invalid syntax."',
    ],
    [
      422,
      about('/portDefinitions(0)/protocol', 'error.unknown.enum.literal'),
      '/portDefinitions(0)/protocol "tcp,udp": is not a value that Marathon allows there (error.unknown.enum.literal)',
    ],
    [
      422,
      about('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."),
      `/: "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."`,
    ],
    [422, about('/env', 'use of secret-references …'), '/env: "use of secret-references …"'],
    [422, about('/env/PASSWORD', 'error.maxLength'), '/env/PASSWORD: is too long (error.maxLength)'],
    // play-json repeats the whole object, with what is in it.
    [
      422,
      about('/id', `'id' is undefined on object: {"env":{"PASSWORD":"hunter2"}}`),
      `/id "/web/shop": "'id' is undefined"`,
    ],
    // Before 1.0.
    [422, { message: 'x', errors: [{ attribute: 'cpus', error: 'too small' }] }, '/cpus -1: "too small"'],
    // Hostile: an index far away, a path that is none, a word that is a name of all objects.
    [422, about('/portDefinitions(99)/name', 'constructor'), '/portDefinitions(99)/name: "constructor"'],
    [422, about('/__proto__/x', 'bad'), '/__proto__/x: "bad"'],
  ])('%d %j', (status, body, line) => {
    const error = refused(status, body)
    expect(error.code).toBe('MARATHON_REFUSED')
    expect(error.message.split('\n').slice(1)).toEqual([`  ${line}`, 'Change that in the app definition.'])
    expect(error.message).not.toContain('hunter2')
  })

  test('all of it', () => {
    const details = [
      { path: '/cpus', errors: ['error.min', 'really'] },
      { path: '/cmd', errors: ['error.minLength'] },
    ]
    expect(refused(422, { message: 'Invalid JSON', details }).message.split('\n')).toEqual([
      'Marathon at https://m.test/service/marathon answered 422 Unprocessable Entity when asked to deploy /web/shop:',
      '  /cpus -1: is too small (error.min); "really"',
      '  /cmd "run": is too short (error.minLength)',
      'Change that in the app definition.',
    ])
  })

  test('once, and no more than a person reads', () => {
    const same = { path: '/cpus', errors: Array(500).fill('error.min') }
    const others = Array.from({ length: 40 }, (_, index) => ({
      path: `/labels/${index}`,
      errors: ['x'.repeat(5000)],
    }))
    const { message } = refused(422, { message: 'Invalid JSON', details: [same, same, ...others] })
    const lines = message.split('\n')
    expect(lines[1]).toBe('  /cpus -1: is too small (error.min)')
    expect(lines.slice(-2)).toEqual(['  and 26 more', 'Change that in the app definition.'])
    expect(message.length).toBeLessThan(20_000)
  })

  test('of an app in a group, as of one alone', () => {
    const group = { apps: [app] }
    expect(refused(422, about('/apps(0)/cpus', 'error.min'), { app: group }).message).toContain(
      '  /cpus -1: is too small',
    )
  })
})

describe('what Marathon says', () => {
  const locked = {
    message:
      "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
    deployments: [{ id: 'd-1' }, { id: 'd-2' }],
  }
  test.each<[number, unknown, string, string]>([
    [
      400,
      { message: 'Invalid JSON', details: 'Unexpected character' },
      'MARATHON_REFUSED',
      '"Invalid JSON: Unexpected character"',
    ],
    [
      422,
      { message: 'requirement failed' },
      'MARATHON_REFUSED',
      '"requirement failed". Change the app definition.',
    ],
    [401, '<html>HTTP ERROR 401</html>', 'MARATHON_LOGIN', 'It requires a login'],
    [403, { message: 'Not Authorized to perform this action!' }, 'MARATHON_FORBIDDEN', 'ask for permission'],
    [
      403,
      { message: 'Max number (100) of concurrent deployments reached' },
      'MARATHON_FORBIDDEN',
      'Wait until some of its deployments have ended',
    ],
    [
      404,
      { message: "App '/web/shop' does not exist" },
      'MARATHON_NOT_FOUND',
      `"App '/web/shop' does not exist"`,
    ],
    [404, { message: 'URI not found: /v2/x' }, 'MARATHON_URL', 'Check --marathon'],
    [500, { message: 'URI not found' }, 'MARATHON_URL', 'Check --marathon'],
    [404, '<h1>Not Found</h1>', 'MARATHON_URL', "without Marathon's error message"],
    [409, { message: 'An app with id [/web/shop] already exists.' }, 'MARATHON_EXISTS', 'already exists'],
    [409, locked, 'MARATHON_LOCKED', 'locked by the running deployments d-1, d-2'],
    [500, { message: 'Cannot normalize' }, 'MARATHON_REFUSED', '"Cannot normalize"'],
    [500, '<html>', 'MARATHON_UNAVAILABLE', 'Try again later'],
    [502, '<html>Could not determine the current leader</html>', 'MARATHON_UNAVAILABLE', 'Bad Gateway'],
    [503, { message: 'Futures timed out' }, 'MARATHON_UNAVAILABLE', '"Futures timed out"'],
    [400, '<html>Bad Request</html>', 'MARATHON_REFUSED', 'Check --marathon'],
    [418, '[1,2', 'MARATHON_REFUSED', 'Check --marathon'],
    [302, '', 'MARATHON_REDIRECT', 'with a redirect to "nowhere"'],
  ])('%d %j', (status, body, code, words) => {
    const error = refused(status, body)
    expect(error).toMatchObject({ code, status })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('<')
  })

  test('the deployments that lock an app are listed separately', () => {
    expect(refused(409, locked).deployments).toEqual(['d-1', 'd-2'])
    expect(refused(409, { message: 'x', deployments: [] }).code).toBe('MARATHON_EXISTS')
  })

  test('credentials that an answer repeats are not shown', () => {
    const error = refused(
      403,
      { message: 'no token=hunter2-x for hunter2-x' },
      { secrets: ['token=hunter2-x', 'hunter2-x'] },
    )
    expect(error.message).toContain('"no *** for ***"')
  })
})

/** The tables of the facts, through the wire, from a Marathon that has its rules from there and nowhere else. */
describe.each<MarathonVersion>(['1.4', '1.5', '1.10'])('Marathon %s', version => {
  const modern = version !== '1.4'
  const valid: JsonObject = { id: '/web/shop', cmd: 'sleep 1' }
  test.each<[string, JsonObject, RegExp]>([
    ['an id with capitals', { ...valid, id: '/MyApp' }, /\n {2}\/id "\/MyApp": /],
    ['an id with _', { ...valid, id: '/my_app' }, /\n {2}\/id "\/my_app": /],
    ['neither cmd nor args', { id: '/web/shop' }, /\n {2}\/: "AppDefinition must either/],
    ['cpus below 0', { ...valid, cpus: -1 }, /\n {2}\/cpus -1: /],
    ['cpus that are text', { ...valid, cpus: 'one' }, /\n {2}\/cpus "one": must be a number/],
    ['half an instance', { ...valid, instances: 0.5 }, /\n {2}\/instances 0.5: must be a whole number/],
    [
      'a URI with a blank',
      { ...valid, fetch: [{ uri: 'http://a/b c' }] },
      /\/fetch\(0\)\/uri "http:\/\/a\/b c"/,
    ],
    [
      'uris beside fetch',
      { ...valid, uris: ['http://a/b'], fetch: [{ uri: 'http://a/c' }] },
      modern ? /\n {2}\/uris \["http:\/\/a\/b"\]: "may not be set/ : /\n {2}\/: "You cannot specify both/,
    ],
    [
      'a port twice',
      { ...valid, portDefinitions: [{ port: 80 }, { port: 80 }] },
      /\n {2}\/portDefinitions .*: "Ports must be unique\."/,
    ],
    [
      'a port named GOSSIP',
      { ...valid, portDefinitions: [{ port: 0, name: 'GOSSIP' }] },
      /\(0\)\/name "GOSSIP": /,
    ],
    ['a secret', { ...valid, env: { A: { secret: 's' } } }, /\n {2}\/env: "use of secret-references/],
  ])('%s', async (_name, definition, words) => {
    const server = await marathonServer({ version })
    const { marathon } = clientOf(server.url)
    const put = putApp(marathon, { id: '/web/shop', ...definition }, { force: false })
    await expect(put).rejects.toMatchObject({
      code: 'MARATHON_REFUSED',
      message: expect.stringMatching(words),
    })
    expect(server.cluster.apps.size).toBe(0)
  })
})
