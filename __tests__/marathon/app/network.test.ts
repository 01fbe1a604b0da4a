import { describe, expect, test } from 'vitest'
import { defineApp } from '../../../src/marathon/app/app.ts'
import type { AppRequest, JsonObject } from '../../../src/marathon/app/request.ts'
import { appRequest, image, listener, service } from './fixtures.ts'

const web = service({
  defaultConfig: 'level = "off"\n[server]\nport = 8080\n[admin]\nlisten = "0.0.0.0:8081"\n',
  exports: new Map([
    ['http-port', 'server.port'],
    ['admin', 'admin.listen'],
  ]),
})

function define(request: Partial<AppRequest>) {
  const report = listener()
  return { app: defineApp(web, image, appRequest(request), report), ...report }
}

const CONFIG = '{"server":{"port":"$PORT_HTTPPORT"},"admin":{"listen":"0.0.0.0:$PORT_ADMIN"}}'
const details = {
  portLabels: [
    { port: 'http-port', key: 'VIP_0', value: '/web:80' },
    { port: 'gossip', key: 'VIP_0', value: '/ring:9638' },
  ],
  servicePorts: [{ port: 'admin', number: 10_081 }],
}

test('on the network of the host, Marathon chooses all ports', () => {
  const { app, warnings } = define({ network: { mode: 'host' }, ...details })
  expect(warnings).toEqual([])
  expect(app).not.toHaveProperty('networks')
  expect(app).not.toHaveProperty('container')
  expect(app).toMatchObject({
    portDefinitions: [
      { port: 0, name: 'httpport', protocol: 'tcp', labels: { VIP_0: '/web:80' } },
      { port: 10_081, name: 'admin', protocol: 'tcp' },
      { port: 0, name: 'gossip', protocol: 'udp,tcp', labels: { VIP_0: '/ring:9638' } },
      { port: 0, name: 'gateway', protocol: 'tcp' },
      { port: 0, name: 'ctl', protocol: 'tcp' },
    ],
    env: { HAB_MY_WEB: CONFIG },
    healthChecks: [{ portIndex: 3 }],
  })
})

test('on a bridge, the host and the container have the same numbers, chosen by Marathon', () => {
  const { app, warnings } = define({ network: { mode: 'bridge' }, ...details })
  expect(warnings).toEqual([])
  expect(app).not.toHaveProperty('portDefinitions')
  const chosen = { containerPort: 0, hostPort: 0 }
  expect(app).toMatchObject({ env: { HAB_MY_WEB: CONFIG }, healthChecks: [{ portIndex: 3 }] })
  expect(app.networks).toEqual([{ mode: 'container/bridge' }])
  expect(app.container).toEqual({
    type: 'MESOS',
    portMappings: [
      { ...chosen, name: 'httpport', protocol: 'tcp', labels: { VIP_0: '/web:80' } },
      { ...chosen, servicePort: 10_081, name: 'admin', protocol: 'tcp' },
      { ...chosen, name: 'gossip', protocol: 'udp,tcp', labels: { VIP_0: '/ring:9638' } },
      { ...chosen, name: 'gateway', protocol: 'tcp' },
    ],
  })
})

test('where each task has an address, the ports are those of the package and of the Supervisor', () => {
  const { app, notes, warnings } = define({
    network: { mode: 'container', name: 'dcos' },
    config: { server: { port: 9090n } },
  })
  expect(warnings).toEqual([])
  expect(notes.join('\n')).not.toContain("Marathon's choice")
  expect(app).not.toHaveProperty('portDefinitions')
  expect(app).toMatchObject({ env: { HAB_MY_WEB: CONFIG }, healthChecks: [{ portIndex: 3 }] })
  expect(app.networks).toEqual([{ mode: 'container', name: 'dcos' }])
  expect(app.container).toEqual({
    type: 'MESOS',
    portMappings: [
      { containerPort: 9090, name: 'httpport', protocol: 'tcp' },
      { containerPort: 8081, name: 'admin', protocol: 'tcp' },
      { containerPort: 9638, name: 'gossip', protocol: 'udp,tcp' },
      { containerPort: 9631, name: 'gateway', protocol: 'tcp' },
    ],
  })
})

test('where each task has an address, ports without a number are an error', () => {
  const network = { mode: 'container', name: 'dcos' } as const
  const ports = [{ name: 'metrics', path: 'level' }, { name: 'http-port' }, { name: 'other', path: 'x.y' }]
  expect(() => define({ network, ports })).toThrow(
    '--network container:dcos: tasks listen on the package\'s own ports, but neither default.toml nor the configuration has a number for "metrics", "other". Set one with --config.',
  )
  const config = { level: 9100n, x: { y: '127.0.0.1:9101' } }
  const { container } = define({ network, ports, config }).app
  expect((container as { portMappings: JsonObject[] }).portMappings[2]).toMatchObject({ containerPort: 9101 })
})

describe('a patch', () => {
  const refused = (instead: string) =>
    expect.objectContaining({
      code: 'APP_INVALID',
      message: expect.stringMatching(
        new RegExp(`^The patch changes the network to .*, and write --network ${instead}\\.$`),
      ),
    })
  test.each<[string, AppRequest['network'], JsonObject]>([
    ['bridge', undefined, { networks: [{ mode: 'container/bridge' }] }],
    ['bridge', { mode: 'container', name: 'dcos' }, { networks: [{ mode: 'container/bridge' }] }],
    ['host', { mode: 'bridge' }, { networks: [{ mode: 'host' }] }],
    ['host', { mode: 'bridge' }, { networks: null }],
    ['container:dcos', { mode: 'host' }, { networks: [{ mode: 'container', name: 'dcos' }] }],
    ['container:dcos', undefined, { networks: [{ name: 'dcos' }] }],
    ['container:dcos', undefined, { ipAddress: { networkName: 'dcos' }, portDefinitions: null }],
    ['bridge', undefined, { container: { docker: { image: 'web', network: 'BRIDGE' } } }],
    [
      'bridge',
      undefined,
      {
        networks: [{ mode: 'container/bridge' }],
        portDefinitions: null,
        container: { type: 'MESOS', portMappings: [{ name: 'http' }] },
      },
    ],
  ])('is refused, with --network %s, if on %j it has %j', (instead, network, patch) => {
    expect(() => define({ network, patch })).toThrow(refused(instead))
  })

  test.each<[AppRequest['network'], JsonObject]>([
    [undefined, { networks: [{ mode: 'host' }] }],
    [{ mode: 'bridge' }, { networks: [{ mode: 'container/bridge', labels: { a: 'b' } }] }],
    [{ mode: 'container', name: 'a' }, { networks: [{ mode: 'container', name: 'b' }] }],
    [{ mode: 'bridge' }, { container: { linuxInfo: { seccomp: { unconfined: true } } } }],
  ])('is taken if on %j it has %j', (network, patch) => {
    expect(define({ network, patch }).app).toMatchObject(patch)
  })
})
