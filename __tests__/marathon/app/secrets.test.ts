import { describe, expect, test } from 'vitest'
import { defineApp } from '../../../src/marathon/app/app.ts'
import type { AppRequest, JsonObject } from '../../../src/marathon/app/request.ts'
import { appRequest, image, listener, service } from './fixtures.ts'

const web = service({
  defaultConfig: '[server]\nport = 8080\n[db]\npassword = ""\n',
  exports: new Map([['http', 'server.port']]),
})

function define(request: Partial<AppRequest>, metadata = web) {
  const report = listener()
  return { app: defineApp(metadata, image, appRequest(request), report), ...report }
}

const configOf = (app: JsonObject): unknown => JSON.parse((app.env as Record<string, string>).HAB_MY_WEB!)

/** Every secret brings this one. */
const NEEDS_STORE = expect.stringMatching(
  /^Check the app definition: secrets: needs a Marathon with a secret store/,
)

test('a variable refers to the secret of its name', () => {
  const { app, warnings } = define({ secrets: { TOKEN: 'web/token', B: 'b' }, env: { A: '1' } })
  expect(app).toMatchObject({
    env: { A: '1', TOKEN: { secret: 'TOKEN' }, B: { secret: 'B' } },
    secrets: { TOKEN: { source: 'web/token' }, B: { source: 'b' } },
  })
  expect(warnings).toEqual([NEEDS_STORE])
})

test('a value of the configuration is named there, and has a variable', () => {
  const { app, notes, warnings } = define({
    configSecrets: { 'db.password': 'web/db', 'api-key': 'web/api' },
    config: { db: { user: 'web' } },
  })
  expect(configOf(app)).toEqual({
    'api-key': '$SECRET_API_KEY',
    db: { user: 'web', password: '$SECRET_DB_PASSWORD' },
    server: { port: '$PORT_HTTP' },
  })
  expect(app).toMatchObject({
    env: {
      SECRET_DB_PASSWORD: { secret: 'SECRET_DB_PASSWORD' },
      SECRET_API_KEY: { secret: 'SECRET_API_KEY' },
    },
    secrets: { SECRET_DB_PASSWORD: { source: 'web/db' }, SECRET_API_KEY: { source: 'web/api' } },
  })
  expect(notes.join()).not.toContain('password')
  expect(warnings).toEqual([NEEDS_STORE])
})

test('no two have the same variable', () => {
  const { app } = define({
    env: { SECRET_X: 'text' },
    secrets: { SECRET_A_B: '1' },
    configSecrets: { 'a.b': '2', 'a-b': '3', a_b: '4', x: '5' },
  })
  expect(app.secrets).toEqual({
    SECRET_A_B: { source: '1' },
    SECRET_A_B_2: { source: '2' },
    SECRET_A_B_3: { source: '3' },
    SECRET_A_B_4: { source: '4' },
    SECRET_X_2: { source: '5' },
  })
  expect(configOf(app)).toMatchObject({ a: { b: '$SECRET_A_B_2' }, 'a-b': '$SECRET_A_B_3' })
})

test('a value that the configuration has as text is replaced, and not shown', () => {
  const { app, notes } = define({
    configSecrets: { 'db.password': 'web/db' },
    config: { db: { password: 'hunter2' } },
  })
  expect(notes).toContain('The configuration sets db.password as well; the secret replaces it.')
  expect(JSON.stringify([app, notes])).not.toContain('hunter2')
})

test('every secret in the place of a port is an error', () => {
  const configSecrets = { server: 'a', 'server.port.x': 'b', 'db.password': 'c' }
  expect(() => define({ configSecrets })).toThrow(
    [
      '--config-secret server=a: server.port is a port. Leave it out, or name another key.',
      '--config-secret server.port.x=b: server.port is a port. Leave it out, or name another key.',
    ].join('\n'),
  )
})

test('the whole configuration as a secret is an error, unless the service has none', () => {
  const secrets = { A: 'a', HAB_MY_WEB: 'web/config' }
  expect(() => define({ secrets })).toThrow(
    /^--secret HAB_MY_WEB=web\/config: HAB_MY_WEB holds the package's whole configuration, .*--config-secret KEY=SOURCE\.$/,
  )
  const plain = service({ defaultConfig: '' })
  expect(define({ secrets: { HAB_MY_WEB: 'web/config' } }, plain).app.env).toEqual({
    HAB_MY_WEB: { secret: 'HAB_MY_WEB' },
  })
})

describe('a patch', () => {
  const secret = { env: { HAB_MY_WEB: { secret: 'all' } }, secrets: { all: { source: 'web/config' } } }

  test('that makes the configuration a secret is refused, because the ports are in it', () => {
    expect(() => define({ patch: secret })).toThrow(
      expect.objectContaining({
        code: 'APP_INVALID',
        message: expect.stringMatching(
          /^The patch makes HAB_MY_WEB a secret, but .*the ports in it\. .*--config-secret KEY=SOURCE\.$/,
        ),
      }),
    )
    const withoutPorts = service({ defaultConfig: 'a = 1\n' })
    expect(define({ patch: secret, config: { a: 2n } }, withoutPorts).app).toMatchObject(secret)
  })

  test.each([
    ['replaces', '{"server":{"port":8080}}'],
    ['removes', null],
  ])('that %s it is warned of what it loses', (verb, HAB_MY_WEB) => {
    const { warnings } = define({ patch: { env: { HAB_MY_WEB } }, configSecrets: { 'db.password': 'x' } })
    expect(warnings).toContain(
      `The patch ${verb} HAB_MY_WEB, so the service does not get what "launch" would fill in there: $PORT_HTTP, $SECRET_DB_PASSWORD. Leave HAB_MY_WEB out of the patch, and use --config for the rest of the configuration.`,
    )
  })

  test('that keeps the ports is not spoken of', () => {
    const HAB_MY_WEB = '[server]\nport = "$PORT_HTTP"\n'
    expect(define({ patch: { env: { HAB_MY_WEB } } }).warnings).toEqual([])
  })
})
