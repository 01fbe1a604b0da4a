import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { silent } from '../../../src/lib/report.ts'
import { appJson, checkApp, defineApp } from '../../../src/marathon/app/app.ts'
import { parseApp } from '../../../src/marathon/deploy/app-text.ts'
import { checkApp as checkBeforeDeploying } from '../../../src/marathon/deploy/check.ts'
import { readPatch } from '../../../src/settings/files.ts'
import { appRequest, image, service } from '../../marathon/app/fixtures.ts'
import { changedJson } from '../../testkit/mutations/json.ts'
import type { Place, Target } from '../target.ts'

const WORDS: readonly string[] = [
  'id',
  'cmd',
  'env',
  'secrets',
  'fetch',
  'uri',
  'container',
  'portDefinitions',
  'portMappings',
  'networks',
  'healthChecks',
  'constraints',
  'instances',
  '/web/shop',
  '../shop',
  'file:///x',
  'http://[',
  '(a+)+$',
  '[',
  'UNIQUE',
  'host',
]

/** A patch of everything that people patch. */
const PATCH = {
  id: '/web/shop',
  cmd: 'exec sh ./launch --strategy=rolling',
  env: { JAVA_OPTS: '-Xmx1g', TOKEN: { secret: 'builder' } },
  secrets: { builder: { source: 'x' } },
  instances: 3,
  constraints: [['hostname', 'UNIQUE']],
  healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }],
  portDefinitions: [{ port: 0, name: 'http', labels: { VIP_0: '/x:80' } }],
  container: { type: 'MESOS', volumes: [{ containerPath: 'data', mode: 'RW', persistent: { size: 10 } }] },
  upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  labels: { team: null },
  acceptedResourceRoles: ['*'],
}

const [PATCHED, WHOLE] = ['patch\n', 'app\n']

/** App definitions: exported with a patch, and read to be deployed. */
export async function app({ folder }: Place): Promise<Target> {
  const file = join(import.meta.dirname, '../../testkit/recordings/marathon-1.11-verdicts.jsonl')
  const apps = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).app)
  const path = join(folder, 'patch.json')
  return {
    inputs: fc.oneof(
      changedJson(PATCH, WORDS).map(text => Buffer.from(PATCHED + text)),
      fc
        .constantFrom(...apps)
        .chain(app => changedJson(app, WORDS))
        .map(text => Buffer.from(WHOLE + text)),
    ),
    async attempt(input) {
      const text = input.toString()
      if (text.startsWith(WHOLE)) {
        const app = checkBeforeDeploying(parseApp(text.slice(WHOLE.length), '/x.json'), {}, silent)
        assert(app.id.startsWith('/'))
        return 'deployable'
      }
      await writeFile(path, text.slice(PATCHED.length))
      const request = appRequest({ patch: await readPatch(path) })
      checkApp(service(), [{ isLayer: false }], request)
      const defined = defineApp(service(), image, request, silent)
      const written = appJson(defined)
      assert.equal(appJson(parseApp(written, '/x.json')), written)
      return 'defined'
    },
  }
}
