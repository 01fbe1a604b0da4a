import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readDeployAction } from '../../../src/actions/deploy/inputs.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import { hider } from '../../../src/actions/shared/marathon.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { SettingValues } from '../../../src/settings/setting-values.ts'
import { DEPLOY } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { readAction } from '../../testkit/runner-environment.ts'

beforeAll(() => wordSettings(inputWording(DEPLOY)))

const APP = { id: 'web', cmd: 'true', instances: 1, cpus: 0.1, mem: 32 }

async function read(given: Record<string, string>, fromFork = false) {
  const usual = Object.entries(readAction('deploy').inputs).map(([name, input]) => [
    name,
    input.default ?? '',
  ])
  const texts = { ...Object.fromEntries(usual), 'marathon-url': 'http://marathon.example:8080', ...given }
  const env = Object.entries(texts).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const inputs = new Inputs(DEPLOY, Object.fromEntries(env))
  const values = new SettingValues(inputs, {})
  return { action: await readDeployAction(values, fromFork), problems: [...values.problems], inputs }
}

describe('what a workflow asks for', () => {
  test('is little more than an app', async () => {
    const { action, problems } = await read({ app: JSON.stringify(APP) })
    expect(problems).toEqual([])
    expect(action).toMatchObject({
      app: { ...APP, id: '/web' },
      preview: undefined,
      access: { urls: [new URL('http://marathon.example:8080')], credentials: { kind: 'none' } },
      options: {
        force: false,
        timeout: 900_000,
        failFast: 3,
        rollback: true,
        allowUnfetchableUri: false,
        allowManyInstances: false,
      },
      dryRun: false,
      packages: undefined,
      comment: true,
      summary: true,
    })
  })

  test('can be a file, several masters and all the rest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deploy-inputs-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'my app.json')
    await writeFile(path, JSON.stringify({ ...APP, instances: 6000, fetch: [{ uri: 'file:///a.tgz' }] }))
    const { action, problems } = await read({
      app: path,
      'marathon-url': 'http://a.example:8080\nhttp://b.example:8080/marathon',
      'marathon-user': 'ci',
      'marathon-password': 'open sesame',
      force: 'true',
      'dry-run': 'true',
      timeout: '90s',
      'fail-fast': '0',
      rollback: 'false',
      'allow-unfetchable-uri': 'true',
      'allow-many-instances': 'true',
      packages: '[]',
    })
    expect(problems).toEqual([])
    expect(action).toMatchObject({
      access: {
        urls: [new URL('http://a.example:8080'), new URL('http://b.example:8080/marathon')],
        credentials: { kind: 'basic', authorization: 'Basic Y2k6b3BlbiBzZXNhbWU=' },
      },
      options: { force: true, timeout: 90_000, failFast: 0, rollback: false },
      dryRun: true,
      packages: [],
    })
  })
})

test.each([
  [
    'no app',
    { app: '' },
    `app: is missing. Give app: \${{ steps.export.outputs.app-path }}, or the JSON itself`,
  ],
  ['a file that is not there', { app: 'missing.json' }, 'app: "missing.json" does not exist'],
  ['JSON that is cut off', { app: '{"id": ' }, 'the app definition: is not valid JSON'],
  ['a list', { app: '[]' }, 'the app definition: holds a JSON value that is not an object'],
  [
    'an id that Marathon refuses',
    { app: JSON.stringify({ ...APP, id: 'A_b' }) },
    'app: Marathon would refuse the app definition:\n  id: "A_b" must be names',
  ],
  [
    'labels of a preview that were changed',
    { app: JSON.stringify({ ...APP, labels: { 'mesosize.preview': 'x' } }) },
    'The app\'s label mesosize.preview is "x"',
  ],
  [
    'no Marathon',
    { 'marathon-url': '' },
    'marathon-url: no Marathon address given. Write marathon-url: https',
  ],
  ['a time without a unit', { timeout: '900' }, 'timeout: "900" is not a time'],
  ['a number that is none', { 'fail-fast': 'x' }, 'fail-fast: "x" must be a whole number from 0'],
  [
    'a key alone',
    { 'dcos-service-account': '-----BEGIN PRIVATE KEY-----\nabcd' },
    'is the private key alone',
  ],
  [
    'a certificate that is none',
    { 'ca-file': import.meta.filename },
    'ca-file: it does not contain a certificate',
  ],
])('refuses %s', async (_, given, text) => {
  const { problems } = await read({ app: JSON.stringify(APP), ...given })
  expect(problems.join('\n')).toContain(text)
  expect(problems.join('\n')).not.toContain('abcd')
})

test('files on the agents are one mistake, and too many instances another', async () => {
  const app = { ...APP, instances: 5001, fetch: [{ uri: 'file:///a.tgz' }, { uri: 'file:///b.tgz' }] }
  const { problems } = await read({ app: JSON.stringify(app) })
  expect(problems).toEqual([
    expect.stringMatching(/^app: instances: 5001 is more than 5000/),
    expect.stringMatching(
      /^app: No agent can fetch what the app needs:\n {2}fetch\[0\].*\n {2}fetch\[1\].*\nWrite/,
    ),
  ])
})

test('says why a pull request from a fork has no Marathon', async () => {
  const { problems } = await read({ app: JSON.stringify(APP), 'marathon-url': '' }, true)
  expect(problems).toEqual([expect.stringContaining('from a fork, which gets no secrets')])
})

test('secrets, and where Marathon is, are in nothing that others read', async () => {
  const url = 'https://ci:open-sesame@marathon.example/service/marathon'
  const { action, inputs } = await read({ app: JSON.stringify(APP), 'marathon-url': url })
  const hide = hider(action.access, inputs.secrets())
  expect(hide('https://marathon.example/ answered 500 to ci:open-sesame')).toBe(
    'https://***/ answered 500 to ***',
  )
})
