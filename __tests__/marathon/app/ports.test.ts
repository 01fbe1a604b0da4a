import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { definePorts, namePorts } from '../../../src/marathon/app/ports.ts'

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
        const all = definePorts([...names.values()]).definitions.map(port => port.name as string)
        expect(new Set(all).size).toBe(exports.length + 3)
        for (const port of all) expect(port).toMatch(/^[a-z][a-z0-9]*$/)
      }),
    )
  })
})

test('the service comes first, and the gateway is where it says', () => {
  const { definitions, gateway } = definePorts(['http'])
  expect(definitions).toEqual([
    { port: 0, name: 'http', protocol: 'tcp' },
    { port: 0, name: 'gossip', protocol: 'udp,tcp' },
    { port: 0, name: 'gateway', protocol: 'tcp' },
    { port: 0, name: 'ctl', protocol: 'tcp' },
  ])
  expect(gateway).toBe(2)
})
