import { expect, test } from 'vitest'
import { checkApp } from '../../../src/marathon/deploy/check.ts'

const shop = { id: '/web/shop', cmd: './run $PORT0' }

test.each([
  ['shop', '/shop'],
  ['web/shop/', '/web/shop'],
  ['/web//shop', '/web/shop'],
  ['/db/../web/shop', '/web/shop'],
])('the id %s is %s to Marathon', (id, kept) => {
  expect(checkApp({ ...shop, id }, {}).id).toBe(kept)
})

test('takes a health check of no port in particular', () => {
  const app = {
    ...shop,
    portDefinitions: [
      { port: 0, name: 'http' },
      { port: 0, name: 'admin' },
    ],
    healthChecks: [{ protocol: 'HTTP', path: '/ping' }],
  }
  expect(checkApp(app, {})).toEqual(app)
})

test('leaves to Marathon what depends on its flags, with a warning', () => {
  const app = { ...shop, env: { PASSWORD: { secret: 's' } }, secrets: { s: { source: 'web/s' } } }
  const warnings: string[] = []
  expect(checkApp(app, {}, { warn: text => warnings.push(text) })).toEqual(app)
  expect(warnings).toEqual([expect.stringContaining('--enable_features secrets')])
  expect(checkApp(app, {})).toEqual(app)
})

test('refuses what Marathon refuses', () => {
  expect(() => checkApp({ ...shop, mem: -1 }, {})).toThrow(expect.objectContaining({ code: 'APP_INVALID' }))
})
