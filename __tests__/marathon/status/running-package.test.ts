import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askRunningPackage, strategyOf } from '../../../src/marathon/status/running-package.ts'

const IDENT = 'acme/shop/1.3.0/20240301000000'

/** @returns the address of a gateway that answers so; undefined: never */
async function gateway(status: number | undefined, body = ''): Promise<URL> {
  const server = createServer((_, response) => {
    if (status !== undefined) response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/shop/prod`)
}

describe('what a Supervisor runs is', () => {
  test.each<[string | undefined, number | undefined, string]>([
    [IDENT, 200, JSON.stringify({ cfg: { pkg: 1 }, pkg: { ident: IDENT, name: 'shop' }, channel: 'stable' })],
    [undefined, 200, JSON.stringify({ pkg: { ident: 'acme/shop' } })],
    [undefined, 200, JSON.stringify({ pkg: { ident: '\u001b[2J' } })],
    [undefined, 200, JSON.stringify({ pkg: { ident: 1 } })],
    [undefined, 200, JSON.stringify({ pkg: null })],
    [undefined, 200, 'null'],
    [undefined, 200, '<html>'],
    // HAB_SUP_GATEWAY_AUTH_TOKEN
    [undefined, 401, JSON.stringify({ pkg: { ident: IDENT } })],
    [undefined, 404, ''],
    [undefined, 302, ''],
    [undefined, undefined, ''],
  ])('%s for %s %s', async (ident, status, body) => {
    expect(await askRunningPackage(fetch, await gateway(status, body))).toBe(ident)
  })

  test('unknown where nobody listens', async () => {
    expect(await askRunningPackage(fetch, new URL('http://127.0.0.1:1/services/shop/prod'))).toBeUndefined()
  })

  test('unknown where the answer has no end', async () => {
    const url = await gateway(200, `{"cfg":"${'x'.repeat(5 << 20)}","pkg":{"ident":"${IDENT}"}}`)
    expect(await askRunningPackage(fetch, url)).toBeUndefined()
  })
})

test('a signal ends it', async () => {
  const asked = askRunningPackage(fetch, await gateway(undefined), AbortSignal.timeout(50))
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
})

test.each([
  ['exec sh ./launch --strategy=at-once --channel=stable', 'at-once'],
  ['exec sh ./launch --group=a --strategy rolling', 'rolling'],
  ['exec sh ./launch -s at-once', 'at-once'],
  ['exec sh ./launch -srolling', 'rolling'],
  ['exec sh ./launch --strategy=none', undefined],
  ['exec sh ./launch --group=at-once', undefined],
  ['exec sh ./launch --strategy=rolling-x', undefined],
  [null, undefined],
])('the strategy of the command %j is %s', (cmd, strategy) => {
  expect(strategyOf({ cmd })).toBe(strategy)
})
