import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askService, formatService, serviceUrl } from '../../../src/marathon/status/service-health.ts'
import { appOf } from './app.ts'

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
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/shop/prod/health`)
}

describe('the service is', () => {
  test.each([
    ['ok', 200, '{"status":"OK"}'],
    ['warning', 200, '{"status":"WARNING","stdout":"disk is filling up"}'],
    ['ok', 200, 'null'],
    ['ok', 200, '<html>'],
    ['critical', 503, '{"status":"CRITICAL"}'],
    ['unknown', 500, '{"status":"UNKNOWN"}'],
    ['not reported', 404, ''],
    ['not reported', 401, ''],
    ['not reported', 302, ''],
  ])('%s for %i %s', async (health, status, body) => {
    expect((await askService(fetch, await gateway(status, body))).health).toBe(health)
  })

  test('unreachable where nobody listens', async () => {
    const answer = await askService(fetch, new URL('http://127.0.0.1:1/health'))
    expect(answer).toEqual({ health: 'unreachable' })
    expect(formatService(answer)).toBe('Its Supervisor cannot be reached from here.')
  })

  test('unreachable where nobody answers', async () => {
    expect(await askService(fetch, await gateway(undefined))).toEqual({ health: 'unreachable' })
  })
})

describe('in words, with what the hook printed', () => {
  test.each([
    [
      '{"status":"CRITICAL","stdout":"no \\"db\\"\\n","stderr":"refused\\n"}',
      'Its Supervisor reports the service as critical: "no \\"db\\"\\nrefused".',
    ],
    ['{"status":"CRITICAL","stdout":"","stderr":""}', 'Its Supervisor reports the service as critical.'],
    ['<html>', 'Its Supervisor reports the service as critical.'],
    [
      JSON.stringify({ stdout: `${'a'.repeat(1000)}end` }),
      `Its Supervisor reports the service as critical: "${'a'.repeat(297)}end".`,
    ],
  ])('%j', async (body, words) => {
    expect(formatService(await askService(fetch, await gateway(503, body)))).toBe(words)
  })

  test('of a gateway that does not say', async () => {
    expect(formatService(await askService(fetch, await gateway(401, '{"status":"OK"}')))).toBe(
      'Its Supervisor does not report on the service.',
    )
  })
})

test('a signal ends it', async () => {
  const asked = askService(fetch, await gateway(undefined), AbortSignal.timeout(50))
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
})

describe('its address', () => {
  const endpoint = { name: 'gateway', host: '10.0.0.5', port: 31_007, taskId: 'a' }

  test.each([
    ['exec sh ./launch', '/services/shop/default/health'],
    ['exec sh ./launch --group=prod --peer=a', '/services/shop/prod/health'],
    ['exec sh ./launch --topology=leader --group=a_b-c', '/services/shop/a_b-c/health'],
    [null, '/services/shop/default/health'],
  ])('for the command %j', (cmd, path) => {
    const { definition } = appOf({}, { cmd })
    expect(serviceUrl(definition, [endpoint], '/health')?.href).toBe(`http://10.0.0.5:31007${path}`)
  })

  test.each(['', 'a b', '/', 'evil.example.com/x?', 'a@b'])('is none for the host %j', host => {
    expect(serviceUrl(appOf().definition, [{ ...endpoint, host }], '/health')).toBeUndefined()
  })
})
