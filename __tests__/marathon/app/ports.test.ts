import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namePorts, portDefinitions, supervisorPorts } from '../../../src/marathon/app/ports.ts'

describe('namePorts', () => {
  test.each<[string[], string[]]>([
    [
      ['http', 'h2'],
      ['http', 'h2'],
    ],
    [
      ['ssl-port', 'SSL_Port'],
      ['sslport', 'sslport2'],
    ],
    [
      ['a-b', 'ab', 'ab2'],
      ['ab3', 'ab', 'ab2'],
    ],
    [
      ['gossip', 'gateway', 'ctl'],
      ['gossip2', 'gateway2', 'ctl2'],
    ],
    [
      ['80', '8080', '--', 'ж'],
      ['port80', 'port8080', 'port', 'port2'],
    ],
  ])('%j are %j', (exports, names) => {
    expect([...namePorts(exports).values()]).toEqual(names)
  })

  test('gives every set of exports names that are unique, legal and readable by sh', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
      fc.stringMatching(/^[abAB_2-]{1,4}$/),
      fc.constantFrom('gossip', 'gateway', 'ctl', 'port', 'port2', 'GOSSIP', 'gossip2'),
    )
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), exports => {
        const names = namePorts(exports)
        expect([...names.keys()]).toEqual(exports)
        const all = [...names.values(), ...supervisorPorts().map(port => port.name)]
        expect(new Set(all).size).toBe(exports.length + 3)
        for (const port of all) expect(port).toMatch(/^[a-z][a-z0-9]*$/)
      }),
    )
  })
})

test('definitions leave the number to Marathon, unless there is a service port', () => {
  expect(
    portDefinitions([
      { name: 'http', exported: 'http', protocol: 'tcp', labels: { VIP_0: '/web:80' } },
      { name: 'gossip', protocol: 'udp,tcp', servicePort: 10_638 },
    ]),
  ).toEqual([
    { port: 0, name: 'http', protocol: 'tcp', labels: { VIP_0: '/web:80' } },
    { port: 10_638, name: 'gossip', protocol: 'udp,tcp' },
  ])
})
