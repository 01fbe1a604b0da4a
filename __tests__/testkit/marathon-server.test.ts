import { describe, expect, onTestFinished, test } from 'vitest'
import { type MarathonServerOptions, startMarathon } from './marathon-server.ts'
import type { Loose } from './marathon-server-rules.ts'

/** What the real one does besides what its recorded answers show. */
describe('the stand-in is as unkind as Marathon', () => {
  const APP = { cmd: 'sleep 3600', instances: 1 }

  async function stand(options: MarathonServerOptions = {}) {
    const server = await startMarathon({ pace: 0, ...options })
    onTestFinished(() => server.close())
    const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${server.url}${path}`, { method, headers, body: JSON.stringify(body) })
      const text = await answer.text()
      return { status: answer.status, body: (text.startsWith('<') ? {} : JSON.parse(text)) as Loose }
    }
    return { server, ask }
  }

  test('a removed app and its tasks are in no list while these are being killed, only its deployment is', async () => {
    const { server, ask } = await stand()
    await ask('PUT', '/v2/apps/shop', { ...APP, labels: { behaviour: 'immortal' } })
    server.tick(3)
    const { body } = await ask('DELETE', '/v2/apps/shop')
    server.tick(3)
    expect(server.cluster.apps.get('/shop')!.tasks).toHaveLength(1)
    expect((await ask('GET', '/v2/apps/shop')).status).toBe(404)
    expect((await ask('GET', '/v2/tasks')).body).toEqual({ tasks: [] })
    expect((await ask('GET', '/v2/deployments')).body).toMatchObject([
      { id: body.deploymentId, affectedApps: ['/shop'] },
    ])
  })

  test('after a deployment was cancelled, versionInfo is older than the app and its tasks', async () => {
    const { server, ask } = await stand()
    const first = (await ask('PUT', '/v2/apps/shop', APP)).body.version
    server.tick(3)
    const { deploymentId } = (await ask('PUT', '/v2/apps/shop', { ...APP, labels: { behaviour: 'hangs' } }))
      .body
    server.tick()
    await ask('DELETE', `/v2/deployments/${deploymentId}`)
    server.tick(3)
    const { app } = (await ask('GET', '/v2/apps/shop?embed=app.tasks')).body
    expect(app.labels).toEqual({})
    expect(app.versionInfo.lastConfigChangeAt).toBe(first)
    expect(app.version > first && app.tasks[0].stagedAt > first).toBe(true)
  })

  test('a dry run takes an app below an app and over a group, which the deployment does not', async () => {
    const { ask } = await stand()
    await ask('PUT', '/v2/apps/web/shop', APP)
    for (const id of ['/web/shop/cart', '/web']) {
      const group = id.slice(0, id.lastIndexOf('/'))
      const plan = await ask('PUT', `/v2/groups${group}?dryRun=true`, { apps: [{ ...APP, id }] })
      expect(plan.status).toBe(200)
      expect((await ask('PUT', `/v2/apps${id}`, APP)).status).toBe(422)
    }
  })

  test.each([
    ['secret', 200],
    ['se:cret', 401],
  ])('the password %j of --http_credentials: %i', async (password, status) => {
    const { ask } = await stand({ auth: { kind: 'basic', user: 'ci', password } })
    const authorization = `Basic ${Buffer.from(`ci:${password}`).toString('base64')}`
    expect((await ask('GET', '/v2/apps', undefined, { authorization })).status).toBe(status)
  })
})
