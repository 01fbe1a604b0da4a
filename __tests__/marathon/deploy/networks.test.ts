import { expect, test } from 'vitest'
import { silent } from '../../../src/lib/report.ts'
import { getApp } from '../../../src/marathon/api/apps.ts'
import { defineApp } from '../../../src/marathon/app/app.ts'
import type { JsonObject, NetworkRequest } from '../../../src/marathon/app/request.ts'
import { planDeployment } from '../../../src/marathon/deploy/plan.ts'
import { statusOf } from '../../../src/marathon/status/status.ts'
import { appRequest, image, service } from '../app/fixtures.ts'
import { stage } from './stage.ts'

const web = service({ defaultConfig: 'port = 8080\n', exports: new Map([['http', 'port']]) })

const appOn = (network: NetworkRequest): JsonObject =>
  JSON.parse(JSON.stringify(defineApp(web, image, appRequest({ id: '/web', network, instances: 2 }), silent)))

test.each<NetworkRequest>([{ mode: 'host' }, { mode: 'bridge' }])(
  'on %j, the endpoints are on the host',
  async network => {
    const { deploy, server } = await stage()
    const result = await deploy(appOn(network))
    expect(result).toMatchObject({ state: 'finished' })
    const tasks = server.cluster.app('/web')!.tasks
    const places = (name: string, index: number) =>
      tasks.map(({ id, host, ports }) => ({ name, host, port: ports[index], taskId: id }))
    expect(result.endpoints).toEqual([
      ...places('http', 0),
      ...places('gossip', 1),
      ...places('gateway', 2),
      ...(network.mode === 'host' ? places('ctl', 3) : []),
    ])
  },
)

test('where each task has an address, the endpoints are there, and so is the gateway that status asks', async () => {
  const { deploy, marathon } = await stage()
  const result = await deploy(appOn({ mode: 'container', name: 'dcos' }))
  expect(result.endpoints.map(({ name, host, port }) => `${name} ${host}:${port}`)).toEqual([
    'http 9.0.0.2:8080',
    'http 9.0.0.3:8080',
    'gossip 9.0.0.2:9638',
    'gossip 9.0.0.3:9638',
    'gateway 9.0.0.2:9631',
    'gateway 9.0.0.3:9631',
  ])
  const asked: string[] = []
  await statusOf((await getApp(marathon, '/web'))!, {
    fetch: async url => {
      asked.push(String(url))
      return new Response()
    },
  })
  expect(asked).toEqual([
    'http://9.0.0.2:9631/services/my-web/default/health',
    'http://9.0.0.3:9631/services/my-web/default/health',
  ])
})

test.each<NetworkRequest>([{ mode: 'host' }, { mode: 'bridge' }, { mode: 'container', name: 'dcos' }])(
  'on %j, the same definition again changes nothing',
  async network => {
    const { deploy, marathon, tools } = await stage()
    await deploy(appOn(network))
    expect(
      await planDeployment(marathon, appOn(network), { allowUnfetchableUri: true }, tools),
    ).toMatchObject({
      differences: [],
      steps: [],
    })
    const other = { ...appOn(network), mem: 512 }
    expect((await planDeployment(marathon, other, {}, tools)).differences).toEqual([
      { path: '/mem', old: 256, new: 512 },
    ])
  },
)
