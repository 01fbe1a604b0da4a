import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { noHab, startActionBuilder, startHabMirror, straight, throughHab, webSpec } from './action-servers.ts'
import { errorsOf, makeJob, runAction } from './run-action.ts'
import { EXAMPLES, makePlace, runCli } from './run-cli.ts'

const RELEASE = '20240102030405'
const api = { ...webSpec, ident: `acme/api/3.0.0/${RELEASE}` }

const SERVICES = `
[[service]]
package = "acme/web"
mem = 512

[[service]]
package = "acme/api"
app-id = "/shop/api"
env = { LOG = "info" }
`

test('the command line exports the services of mesosize.toml, which share layers', async () => {
  const place = await makePlace()
  const key = originKey('acme')
  await writePublicKey(place.keys, key)
  for (const name of ['web', 'api']) {
    const ident = `acme/${name}/1.0.0/${RELEASE}`
    const files = { 'hooks/run': '#!/bin/sh\n', 'share/name': name }
    await writeHart(place.artifacts, { key, package: { ident, files, deps: [`acme/lib/1.0.0/${RELEASE}`] } })
  }
  await writeHart(place.artifacts, {
    key,
    package: { ident: `acme/lib/1.0.0/${RELEASE}`, files: { lib: 'shared' } },
  })
  const common = `sup-pkg = "stand-in/hab-sup"
    launcher-pkg = "stand-in/hab-launcher"
    artifacts = ["${place.artifacts}", "${join(EXAMPLES, 'artifacts')}"]
    keys = ["${place.keys}", "${join(EXAMPLES, 'keys')}"]
    layers = "package"
    no-cache = true\n`
  await writeFile(join(place.work, 'mesosize.toml'), common + SERVICES)

  const run = await runCli(place, [])
  expect(run.status, run.stderr).toBe(0)
  const apps: { fetch: { uri: string }[] }[] = JSON.parse(run.stdout)
  expect(apps).toMatchObject([
    { id: '/acme/web', mem: 512 },
    { id: '/shop/api', mem: 256, env: { LOG: 'info' } },
  ])
  const files = readdirSync(join(place.work, 'results'))
  expect(files.toSorted()).toEqual([
    `acme-api-1.0.0-${RELEASE}.json`,
    `acme-web-1.0.0-${RELEASE}.json`,
    'layers',
  ])
  for (const [index, name] of ['web', 'api'].entries()) {
    const written = readFileSync(join(place.work, `results/acme-${name}-1.0.0-${RELEASE}.json`), 'utf8')
    expect(JSON.parse(written)).toEqual(apps[index])
  }
  // Files are written once for both: what differs is the service and the files made for it.
  const [ofWeb, ofApi] = apps.map(app => new Set(app.fetch.map(({ uri }) => uri))) as [
    Set<string>,
    Set<string>,
  ]
  expect(ofWeb.size).toBe(7)
  expect([...ofWeb].filter(uri => ofApi.has(uri))).toHaveLength(5)
  expect(readdirSync(join(place.work, 'results/layers'))).toHaveLength(9)

  expect(run.stderr).toContain('note: Settings are read from mesosize.toml.\n')

  const one = await runCli(place, ['acme/api', '--mem', '64'])
  expect(one.status, one.stderr).toBe(0)
  expect(JSON.parse(one.stdout)).toMatchObject({ id: '/shop/api', mem: 64, env: { LOG: 'info' } })
})

test('the command line lists plans in one line of JSON', async () => {
  const place = await makePlace()
  const plans = {
    app: 'pkg_name=app\npkg_deps=(acme/lib $(cat more))\n',
    lib: 'pkg_name=lib\npkg_origin=acme\n',
    win: undefined,
  }
  for (const [name, text] of Object.entries(plans)) {
    await mkdir(join(place.work, name))
    await writeFile(join(place.work, name, text === undefined ? 'plan.ps1' : 'plan.sh'), text ?? '')
  }
  const run = await runCli(place, ['plans', '--json'], { env: { HAB_ORIGIN: 'me' } })
  expect(run.status, run.stderr).toBe(0)
  expect(run.stdout).toMatch(/^[^\n]*\n$/)
  expect(JSON.parse(run.stdout)).toEqual([
    { folder: 'lib', file: 'plan.sh', origin: 'acme', name: 'lib', dependsOn: [], unread: [] },
    {
      folder: 'app',
      file: 'plan.sh',
      origin: 'me',
      name: 'app',
      dependsOn: ['lib'],
      unread: ['"$(cat more)" in pkg_deps'],
    },
  ])
  expect(run.stderr).toMatch(
    /note: .*"win" has plan\.ps1.*\n.*note: app: cannot read "\$\(cat more\)" in pkg_deps/,
  )
  const shown = await runCli(place, ['plans'], { env: { HAB_ORIGIN: 'me' } })
  expect(shown.stdout).toBe('lib  acme/lib\napp  me/app      after lib\n')
})

describe('the action exports the services of the file that it is given', () => {
  test('straight from Builder', async () => {
    const builder = await startActionBuilder(undefined, undefined, [api])
    const job = await makeJob()
    const { package: _one, ...inputs } = straight(builder)
    await writeFile(join(job.workspace, 'shop.toml'), `mem = 1024\n${SERVICES}`)
    const run = await runAction(job, { ...inputs, settings: 'shop.toml' })
    expect({ status: run.status, errors: errorsOf(run) }).toEqual({ status: 0, errors: [] })
    checkServices(run.outputs, 1024)
    expect(run.summary).toMatch(/^## acme\/web .*^## acme\/api /ms)
  })

  test.skipIf(noHab)(`through hab (${noHab ?? 'a stand-in'})`, async () => {
    const builder = await startActionBuilder(undefined, undefined, [api])
    const mirror = await startHabMirror()
    const job = await makeJob()
    const { package: _one, ...inputs } = throughHab(builder, mirror)
    await writeFile(join(job.workspace, 'shop.toml'), `mem = 1024\n${SERVICES}`)
    const run = await runAction(job, { ...inputs, settings: 'shop.toml' })
    expect({ status: run.status, errors: errorsOf(run) }).toEqual({ status: 0, errors: [] })
    checkServices(run.outputs, 1024)
    // hab itself is installed once.
    expect(run.groups.filter(({ title }) => title === 'Install hab')).toHaveLength(1)
  })

  test('and reports what is wrong with any of them', async () => {
    const builder = await startActionBuilder()
    const job = await makeJob()
    const { package: _one, ...inputs } = straight(builder)
    await writeFile(
      join(job.workspace, 'shop.toml'),
      SERVICES.replace('512', '"x"').replace('/shop/api', 'A'),
    )
    const run = await runAction(job, { ...inputs, settings: 'shop.toml', cpus: '-1' })
    expect(errorsOf(run)).toEqual([
      expect.stringMatching(/^cpus: "-1" /),
      expect.stringMatching(/^shop\.toml:4: mem: "x" /),
      expect.stringMatching(/^shop\.toml:8: app-id: "A" /),
      '3 mistakes in the inputs.',
    ])
  })
})

function checkServices(outputs: Record<string, string>, mem: number): void {
  const { services, ...ofFirst } = outputs
  const all: Record<string, string>[] = JSON.parse(services!)
  expect(all.map(each => each['app-id'])).toEqual(['/acme/web', '/shop/api'])
  expect(ofFirst['app-id']).toBe('/acme/web')
  expect(all.map(({ app }) => JSON.parse(app!))).toMatchObject([
    { id: '/acme/web', mem: 512 },
    { id: '/shop/api', mem, env: { LOG: 'info' } },
  ])
  for (const each of all) expect(readFileSync(each['app-path']!, 'utf8')).toBe(each.app)
}
