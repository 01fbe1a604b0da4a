import { expect, test } from 'vitest'
import { describeApp, imageUris } from '../../src/inspect/app.ts'
import type { AppDefinition } from '../../src/marathon/app/validate.ts'

const app = (fields: object) => ({ id: '/web', ...fields }) as unknown as AppDefinition
const unpack = 'tar -xzpf web.tgz && rm web.tgz && exec sh ./launch'

test.each([
  [
    'a tarball',
    {
      cmd: unpack,
      fetch: [{ uri: 'http://f/docker.tar.gz' }, { uri: 'http://f/web.tgz', destPath: 'web.tgz' }],
    },
    ['http://f/web.tgz'],
  ],
  [
    'layers, in the order of their names',
    {
      cmd: 'for layer in layer-*.tgz; do …',
      fetch: ['001', '000', '010'].map(n => ({ uri: `http://f/${n}`, destPath: `layer-${n}.tgz` })),
    },
    ['http://f/000', 'http://f/001', 'http://f/010'],
  ],
  ['uris', { cmd: 'exec sh ./launch', uris: ['http://f/web.tgz'] }, ['http://f/web.tgz']],
])('an app that fetches %s', (_, fields, uris) => {
  expect(imageUris(app(fields), 'web.json')).toEqual(uris)
})

test('an app of other people fetches no image', () => {
  expect(() => imageUris(app({ cmd: 'sleep 1', fetch: [{ uri: 'http://f/a.tgz' }] }), 'a.json')).toThrow(
    'a.json does not fetch an image of an export',
  )
})

test('ports and health checks are described in each network', () => {
  expect(
    describeApp(
      app({
        cmd: unpack,
        user: 'root',
        portDefinitions: [{ name: 'http', port: 0, protocol: 'udp,tcp' }],
        healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0 }],
      }),
    ),
  ).toEqual({
    id: '/web',
    cmd: unpack,
    user: 'root',
    ports: [{ name: 'http', port: 0, protocol: 'udp,tcp' }],
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', port: '0' }],
  })
  const mapped = app({
    networks: [{ mode: 'container/bridge' }],
    container: { portMappings: [{ containerPort: 8080, name: 'web' }] },
  })
  expect(describeApp(mapped).ports).toEqual([{ name: 'web', port: 8080, protocol: 'tcp' }])
})
