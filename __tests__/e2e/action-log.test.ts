import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startMarathon } from '../testkit/marathon-server.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackagesMirror } from '../testkit/packages-mirror.ts'
import { noHab, startActionBuilder, startHabMirror, straight, throughHab, webSpec } from './action-servers.ts'
import { type ActionRun, makeJob, runAction } from './run-action.ts'

// Texts of strangers in the log of a step, which the runner and the viewer of the log read for commands.

/** Every way to write a command that the runner knows, as a word of one line. */
const COMMANDS = 'x##[add-mask]core ##[group]g##[error]e ###[set-env name=PATH]p'
const TURNED = '\u202e\u2066\u061c\x9b'

/** What others wrote is in the log, and none of it is a command. */
function checkHarmless(run: ActionRun, ...texts: string[]): void {
  const { stdout, stderr, foreign, masks, badGroups, groups, annotations } = run
  expect({ stderr, foreign, masks, badGroups }).toMatchObject({ stderr: '', foreign: [], badGroups: [] })
  expect(masks).not.toContain('core')
  for (const { title } of annotations) expect(title ?? 'Mesosize').toMatch(/^Mesosize/)
  for (const text of texts) expect(stdout).toContain(text)
  const drawn = [...annotations.map(({ message }) => message), ...groups.map(({ title }) => title)]
  for (const text of drawn)
    expect(text).not.toMatch(/##\[|[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\x80-\x9f]/)
}

describe('without hab', () => {
  test('the names and paths of exports are nothing but text', async () => {
    const hostile = {
      ...webSpec,
      ident: 'acme/hostile/1.0.0/20240101000000',
      exports: { port: 'port', [`port-${COMMANDS}`]: `a.${COMMANDS}${TURNED}` },
    }
    const builder = await startActionBuilder(undefined, onTestFinished, [hostile])
    const job = await makeJob()
    const run = await runAction(job, { ...straight(builder), package: 'acme/hostile' })
    expect(run.status).toBe(0)
    checkHarmless(run, 'note: ', '#\\x23[add-mask]core', '#\\x23[group]g')
  })
})

describe('a deployment', () => {
  test('shows what a task wrote', async () => {
    const marathon = await startMarathon()
    onTestFinished(marathon.close)
    marathon.cluster.settings.failureMessage = `::error::forged\n::add-mask::core\n${COMMANDS}${TURNED}`
    const job = await makeJob()
    const app = {
      id: '/web',
      cmd: 'exit 1',
      cpus: 0.1,
      mem: 32,
      instances: 1,
      labels: { behaviour: 'fails' },
    }
    const inputs = { app: JSON.stringify(app), 'marathon-url': marathon.url }
    const run = await runAction(job, inputs, { action: 'deploy' })
    expect([run.status, run.outputs.state]).toEqual([1, 'failed'])
    checkHarmless(run, '#\\x23[add-mask]core')
  })

  test('is refused by a server, in its words', async () => {
    const marathon = await startMarathon()
    onTestFinished(marathon.close)
    const details = [{ path: COMMANDS, errors: [`::error::no ${COMMANDS}${TURNED}\r\n::add-mask::core`] }]
    const body = { message: `\n::add-mask::core\r::error::no ${COMMANDS}`, details }
    marathon.fault({ method: 'PUT', reply: { status: 422, body } })
    const job = await makeJob()
    const inputs = { app: JSON.stringify({ id: '/web', cmd: 'true' }), 'marathon-url': marathon.url }
    const run = await runAction(job, inputs, { action: 'deploy' })
    expect(run.status).toBe(1)
    checkHarmless(run, '#\\x23[add-mask]core')
  })

  test('shows what a dry run would change', async () => {
    const marathon = await startMarathon()
    onTestFinished(marathon.close)
    const job = await makeJob()
    const env = { [COMMANDS.replaceAll(/[^A-Za-z]/g, '_')]: `\n::error::x ${COMMANDS}${TURNED}` }
    const app = { id: '/web', cmd: `true ${COMMANDS}`, cpus: 0.1, mem: 32, env }
    const inputs = { app: JSON.stringify(app), 'marathon-url': marathon.url, 'dry-run': 'true' }
    const run = await runAction(job, inputs, { action: 'deploy' })
    expect(run.status).toBe(0)
    checkHarmless(run, '#\\x23[add-mask]core')
  })
})

describe.skipIf(noHab)(`with hab (${noHab ?? 'a stand-in'})`, () => {
  let mirror: PackagesMirror
  beforeAll(async () => {
    mirror = await startHabMirror(afterAll)
  })

  test.each([
    ['a build that fails', 'return 7'],
    ['a build', 'true'],
  ])('%s writes commands, which are lines of its group', async (_what, end) => {
    const builder = await startActionBuilder()
    const job = await makeJob()
    const folder = join(job.workspace, 'plan')
    await mkdir(join(folder, 'hooks'), { recursive: true })
    await writeFile(join(folder, 'hooks/run'), '#!/bin/sh\n')
    await writeFile(
      join(folder, 'plan.sh'),
      `pkg_name=hello
pkg_origin=acme
pkg_version=0.1.0
do_build() {
  printf '%s\\n' '${COMMANDS}' ' ::add-mask::core' '::error::forged' >&2
  # In pieces, as a slow program would.
  printf '#'; sleep 0.1; printf '#'; sleep 0.1; printf '[error]x\\n\\r::set-output name=app::y\\r##[endgroup]'
  ${end}
}
do_install() { mkdir -p "$pkg_prefix/bin"; echo x > "$pkg_prefix/bin/hello"; }
`,
    )
    const key = originKey('acme').secretKeyText
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan', 'origin-key': key }
    const run = await runAction(job, inputs)
    expect(run.outputs).not.toHaveProperty('app', 'y')
    checkHarmless(run, '#\\x23[add-mask]core', '#\\x23[error]x')
    const [built] = run.groups.filter(({ title }) => /pkg build/.test(title))
    expect(built!.lines).toEqual(expect.arrayContaining(['::error::forged', ' ::add-mask::core']))
  })
})
