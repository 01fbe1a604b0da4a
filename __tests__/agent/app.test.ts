import { describe, expect, test } from 'vitest'
import { readApp } from '../../src/agent/app.ts'
import { taskEnvironment } from '../../src/agent/environment.ts'
import { claimPorts } from '../../src/agent/ports.ts'
import type { AppDefinition } from '../../src/marathon/app/validate.ts'

const read = (fields: object, peers: string[] = []) =>
  readApp({ id: 'web/shop', cmd: 'exit 0', ...fields } as AppDefinition, peers)

test('an app has the defaults of Marathon and Mesos', () => {
  expect(read({})).toMatchObject({
    id: '/web/shop',
    name: 'shop',
    command: ['sh', '-c', 'exit 0'],
    user: 'root',
    grace: 3000,
    artifacts: [],
    healthChecks: [],
    ignored: [],
    ports: [{ name: 'default', declared: 0, fixed: false, protocol: 'tcp' }],
  })
})

describe('what the fetcher makes of a URI', () => {
  // Mesos' facts: the name is what follows the last slash, the query included; Marathon extracts by the path's end.
  test.each<[object, object]>([
    [{ fetch: [{ uri: 'https://example.com/a/b.tgz?x=1' }] }, { file: 'b.tgz?x=1', extract: true }],
    [{ fetch: [{ uri: '/srv/a.tgz', destPath: 'in/b', extract: false }] }, { file: 'in/b', extract: false }],
    [{ uris: ['https://example.com/b.tgz?x=1'] }, { file: 'b.tgz?x=1', extract: true }],
    [{ uris: ['https://example.com/b.bin'] }, { file: 'b.bin', extract: false }],
  ])('%j', (fields, artifact) => {
    expect(read(fields).artifacts).toMatchObject([artifact])
  })

  test.each<[object, RegExp]>([
    [{ fetch: [{ uri: 'https://example.com/' }] }, /^fetch\[0\]: .* would be saved as "", /],
    [{ fetch: [{ uri: '/a', destPath: '../b' }] }, /^fetch\[0\]: .* would be saved as "\.\.\/b", /],
    [{ fetch: [{ uri: '/a', destPath: '/etc/b' }] }, /would be saved as "\/etc\/b", /],
    [{ uris: ["https://ann:secret@example.com/it's"] }, /^uris\[0\]: "https:\/\/example\.com\/it's" has a /],
  ])('refuses %j', (fields, message) => {
    expect(() => read(fields)).toThrow(message)
  })
})

test('peers join the command of an app with a Supervisor, and of no other', () => {
  const labels = { 'mesosize.ident': 'acme/web/1/2' }
  expect(read({ labels }, ['10.0.0.1:9638']).command[2]).toBe('exit 0 --peer=10.0.0.1:9638')
  expect(() => read({}, ['10.0.0.1'])).toThrow(/^--peer: only an app that Mesosize exported/)
})

test('names what an app does not get here', () => {
  const fields = {
    networks: [{ mode: 'container/bridge' }],
    container: { type: 'MESOS', portMappings: [{ containerPort: 8080, name: 'http' }] },
    env: { KEY: { secret: 'key' }, PLAIN: 'x' },
    secrets: { key: { source: 'a/b' } },
    check: { tcp: { portIndex: 0 } },
  }
  const app = read(fields)
  expect(app.ignored).toEqual(['networks', 'secrets in env', 'check'])
  expect(app.env).toEqual({ PLAIN: 'x' })
  expect(app.ports).toMatchObject([{ name: 'http', declared: 8080, fixed: true }])
})

test('the environment is that of Marathon and Mesos', () => {
  const app = read({
    env: { MINE: '1', PORT0: 'mine' },
    labels: { 'a.b-c': 'x', long: 'y'.repeat(512) },
    portDefinitions: [{ port: 8080, name: 'http' }, { name: 'my-port' }],
  })
  const ports = app.ports.map((port, index) => ({ ...port, number: 31_000 + index }))
  expect(taskEnvironment(app, { taskId: 'web_shop.1', sandbox: '/box', ports })).toMatchObject({
    HOST: '127.0.0.1',
    PORT: '31000',
    PORTS: '31000,31001',
    // What a person gives counts.
    PORT0: 'mine',
    PORT1: '31001',
    PORT_8080: '31000',
    PORT_31001: '31001',
    PORT_HTTP: '31000',
    'PORT_MY-PORT': '31001',
    MINE: '1',
    MESOS_SANDBOX: '/box',
    MARATHON_APP_ID: '/web/shop',
    MARATHON_APP_RESOURCE_CPUS: '1.0',
    MARATHON_APP_LABELS: 'A_B_C',
    MARATHON_APP_LABEL_A_B_C: 'x',
  })
})

test.skipIf(process.platform !== 'linux')(
  'a port that one run has claimed is not given to another',
  async () => {
    const wish = { place: 'portDefinitions[0]', protocol: 'tcp', declared: 31_999, fixed: true } as const
    const claim = await claimPorts([{ ...wish, declared: 0, fixed: false }])
    const { number } = claim.ports[0]!
    await expect(claimPorts([{ ...wish, declared: number }])).rejects.toMatchObject({ code: 'RUN_PORT' })
    claim.release()
    await expect
      .poll(() => claimPorts([{ ...wish, declared: number }]).then(({ release }) => release()))
      .toBe(undefined)
  },
)
