import { expect, test } from 'vitest'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { withDetails } from '../../../src/marathon/app/port-details.ts'
import { type AppPort, supervisorPorts } from '../../../src/marathon/app/ports.ts'

const http: AppPort = { name: 'http', exported: 'http', protocol: 'tcp' }
const admin: AppPort = { name: 'adminport', exported: 'admin-port', protocol: 'tcp' }
const ports = [http, admin, ...supervisorPorts()]

test('labels and service ports go to the port with that name, its own or that of its export', () => {
  const detailed = withDetails(ports, {
    portLabels: [
      { port: 'http', key: 'VIP_0', value: '/web:80' },
      { port: 'http', key: 'VIP_1', value: '10.1.2.3:80' },
      { port: 'gossip', key: 'VIP_0', value: '/ring:9638' },
    ],
    servicePorts: [{ port: 'admin-port', number: 10_080 }],
  })
  expect(detailed).toEqual([
    { ...http, labels: { VIP_0: '/web:80', VIP_1: '10.1.2.3:80' } },
    { ...admin, servicePort: 10_080 },
    { name: 'gossip', protocol: 'udp,tcp', number: 9638, labels: { VIP_0: '/ring:9638' } },
    { name: 'gateway', protocol: 'tcp', number: 9631 },
    { name: 'ctl', protocol: 'tcp', number: 9632 },
  ])
})

test('a name in Marathon comes before the same name of an export', () => {
  const renamed: AppPort = { name: 'gossip2', exported: 'gossip', protocol: 'tcp' }
  const detailed = withDetails([renamed, ...supervisorPorts()], {
    servicePorts: [{ port: 'gossip', number: 10_638 }],
  })
  expect(detailed.find(({ servicePort }) => servicePort === 10_638)?.name).toBe('gossip')
})

test('every unknown or repeated one is an error', () => {
  const wrong = () =>
    withDetails(ports, {
      portLabels: [
        { port: 'htpt', key: 'VIP_0', value: '/web:80' },
        { port: 'gateway', key: 'A', value: '1' },
        { port: 'gateway', key: 'A', value: '2' },
      ],
      servicePorts: [
        { port: 'metrics', number: 1 },
        { port: 'http', number: 2 },
        { port: 'http', number: 3 },
      ],
    })
  expect(wrong).toThrow(MesosizeError)
  expect(wrong).toThrow(
    [
      '--port-label htpt:VIP_0=/web:80: the app has no port "htpt". Did you mean "http"?',
      '--port-label gateway:A=2: the port has this label already. Keep one of them.',
      '--service-port metrics=1: the app has no port "metrics". Its ports are http, adminport, gossip, gateway, ctl.',
      '--service-port http=3: the port has the service port 2 already. Keep one of them.',
    ].join('\n'),
  )
})
