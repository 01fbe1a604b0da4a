import { expect, test } from 'vitest'
import { isCalledPort } from '../../../src/habitat/config/called-port.ts'

test.each([
  ['port', 'listen'],
  ['PORT', 'listen'],
  ['http-port', 'listen'],
  ['http_port', 'listen'],
  ['httpPort', 'listen'],
  ['rpcport', 'listen'],
  ['port2', 'listen'],
  ['port-http', 'listen'],
  ['port_serf_lan', 'listen'],
  ['web', 'server.port'],
  ['web', 'server.listening_port'],
  ['web', 'zookeeper.clientPort'],
  ['web', 'rpcport'],
  ['web', 'ports'],
  ['http', 'ports.http'],
  ['http', 'agent_ports.http'],
  ['support-port', 'x'],
  ['coreport', 'x'],
])('%s at %s is called a port', (name, path) => {
  expect(isCalledPort(name, path.split('.'))).toBe(true)
})

test.each([
  ['server_id', 'server_id'],
  ['workers', 'pool.workers'],
  ['transport', 'x'],
  ['transport', 'transport.tcp'],
  ['customer-support', 'x'],
  ['clientSupport', 'x'],
  ['report', 'x'],
  ['import', 'export'],
  ['imports2', 'x'],
  ['portal', 'x'],
  ['portfolio', 'x'],
  ['web', 'port_timeout'],
  ['web', 'port.timeout.seconds'],
  ['', '-'],
])('%s at %s is not', (name, path) => {
  expect(isCalledPort(name, path.split('.'))).toBe(false)
})
