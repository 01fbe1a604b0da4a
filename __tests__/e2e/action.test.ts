import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { validateApp } from '../../src/marathon/app/validate.ts'
import type { BuilderServer } from '../testkit/builder-server.ts'
import { recordedCalls } from '../testkit/hab-stand-in.ts'
import { writeHart } from '../testkit/hart.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackagesMirror } from '../testkit/packages-mirror.ts'
import {
  IMAGE,
  noHab,
  startActionBuilder,
  startHabMirror,
  straight,
  TARGET,
  throughHab,
  WEB,
  WEB_TARBALL,
  webSpec,
} from './action-servers.ts'
import { killProcessesIn, processesIn } from './processes.ts'
import {
  type ActionRun,
  errorsOf,
  filesBelow,
  type Job,
  leaksOf,
  makeJob,
  runAction,
  runPost,
  startAction,
  warningsOf,
} from './run-action.ts'
import { sha256, snapshot } from './run-cli.ts'

const KEY = originKey('acme').secretKeyText

let builder: BuilderServer
let mirror: PackagesMirror

beforeAll(async () => {
  builder = await startActionBuilder(undefined, afterAll)
  mirror = await startHabMirror(afterAll)
})

/** The outputs, each checked against the files that they tell of. */
function checkedOutputs(run: ActionRun): Record<string, string> {
  expect({ status: run.status, errors: errorsOf(run), stderr: run.stderr }).toEqual({
    status: 0,
    errors: [],
    stderr: '',
  })
  const { outputs } = run
  const tarball = readFileSync(outputs['tarball-path']!)
  expect(outputs.sha256).toBe(sha256(tarball))
  expect(outputs.size).toBe(String(tarball.length))
  expect(outputs['tarball-path']).toMatch(new RegExp(`/${outputs['tarball-name']}$`))
  expect(outputs['tarball-name']).toBe(`${outputs.ident!.replaceAll('/', '-')}.tgz`)
  expect(outputs.ident).toMatch(new RegExp(`/${outputs.version}/${outputs.release}$`))
  expect(readFileSync(outputs['app-path']!, 'utf8')).toBe(outputs.app)
  const app = validateApp(JSON.parse(outputs.app!))
  expect(app.id).toBe(outputs['app-id'])
  expect(app.fetch).toEqual([{ uri: outputs.uri, extract: false, destPath: outputs['tarball-name'] }])
  expect(app.labels).toMatchObject({ 'mesosize.sha256': outputs.sha256, 'mesosize.ident': outputs.ident })
  expect(JSON.parse(outputs.ports!)).toEqual(app.portDefinitions)
  for (const { size, packed } of packagesOf(run)) expect(size > 0 && packed > 0).toBe(true)
  return outputs
}

function packagesOf({ outputs }: ActionRun): { ident: string; size: number; packed: number }[] {
  return JSON.parse(outputs.packages!)
}

/** The log of a run that went well: few lines, and groups that close before others open. */
function checkQuiet({ lines, badGroups, annotations, stderr }: ActionRun): void {
  expect({ badGroups, annotations, stderr }).toEqual({ badGroups: [], annotations: [], stderr: '' })
  expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(5)
  for (const line of lines) expect(line).toMatch(/^[A-Z][A-Za-z ]+: \d+\.\d s$/)
}

/** Nothing is left that looks finished, and no program has fallen over. */
function checkFailed(job: Job, run: ActionRun): string[] {
  const { status, outputs, summary, artifacts, stderr, badGroups } = run
  expect({ status, outputs, summary, artifacts, stderr, badGroups }).toEqual({
    status: 1,
    outputs: {},
    summary: '',
    artifacts: [],
    stderr: '',
    badGroups: [],
  })
  expect(run.stdout.replace(/^::debug::.*$/gm, '')).not.toMatch(/^\s*at .*[:(]\d+/m)
  expect(readdirSync(job.workspace)).not.toContain('results')
  return errorsOf(run)
}

describe.skipIf(noHab)(`with hab (${noHab ?? 'a stand-in'})`, () => {
  test('a package is exported, and everything is handed on', async () => {
    const job = await makeJob()
    const run = await runAction(job, { ...throughHab(builder, mirror), 'checksum-file': 'true' })
    checkQuiet(run)
    const outputs = checkedOutputs(run)
    expect(outputs).toMatchObject({
      ident: WEB,
      version: '1.0.0',
      release: '20240101000000',
      'app-id': '/acme/web',
      'tarball-path': join(job.workspace, 'results', WEB_TARBALL),
      uri: `file://${join(job.workspace, 'results', WEB_TARBALL)}`,
    })
    expect(outputs).not.toHaveProperty('asset-id')
    expect(
      packagesOf(run)
        .map(({ ident }) => ident)
        .sort(),
    ).toEqual([...IMAGE].sort())
    expect(JSON.parse(outputs.ports!).map(({ name }: { name: string }) => name)).toEqual([
      ...['port', 'gossip', 'gateway', 'ctl'],
    ])
    expect(JSON.parse(outputs.app!).labels).toMatchObject({
      'mesosize.channel': 'base',
      'mesosize.source': builder.url,
    })
    expect(run.artifacts).toEqual([outputs['tarball-path']])
    expect(readFileSync(`${outputs['tarball-path']}.sha256`, 'utf8')).toBe(
      `${outputs.sha256}  ${WEB_TARBALL}\n`,
    )
    expect(readdirSync(join(job.workspace, 'results'))).toHaveLength(3)

    expect(run.summary.length).toBeLessThan(2 ** 20)
    for (const part of [
      '| Package | `acme/web',
      '`PORT_PORT`',
      '```mermaid\npie',
      'App definition',
      'How to deploy it',
    ]) {
      expect(run.summary).toContain(part)
    }
    expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(run.summary)![1]!)).toEqual(JSON.parse(outputs.app!))
    expect(run.groups.map(({ title }) => title)).toEqual([
      'Install hab',
      expect.stringMatching(/^hab pkg install .*acme\/web/),
      'Export',
      'Set outputs',
    ])
  })

  test('the second time, hab comes from the tool cache, and the tarball is the same', async () => {
    const job = await makeJob()
    const inputs = { ...throughHab(builder, mirror), 'hab-version': '2.0.500' }
    const first = await runAction(job, inputs)
    const { length } = mirror.requests
    const second = await runAction(job, inputs)
    expect(mirror.requests).toHaveLength(length)
    expect(checkedOutputs(second).sha256).toBe(checkedOutputs(first).sha256)
  })

  test('a plan is built with its key, installed and exported', async () => {
    const record = join((await makeJob()).root, 'calls')
    const own = await startHabMirror(onTestFinished, record)
    const job = await makeJob()
    await writePlan(job, 'plan')
    // What an earlier build left is not what is exported.
    await mkdir(join(job.workspace, 'results'))
    await writeFile(join(job.workspace, 'results/last_build.env'), 'pkg_ident=acme/old/1/20200101000000\n')
    const run = await runAction(job, {
      ...throughHab(builder, own),
      package: '',
      plan: 'plan',
      'origin-key': KEY,
    })
    checkQuiet(run)
    const outputs = checkedOutputs(run)
    expect(outputs.ident).toMatch(/^acme\/hello\/0\.1\.0\/\d{14}$/)
    expect(JSON.parse(outputs.app!).labels).toMatchObject({ 'mesosize.source': 'plan' })
    expect(run.groups.map(({ title }) => title)).toEqual([
      'Install hab',
      'hab pkg build plan',
      expect.stringMatching(/^hab pkg install .*acme-hello-0\.1\.0-.*\.hart/),
      'Export',
      'Set outputs',
    ])
    // What it prints is shown as it comes, and is no command.
    const [, built] = run.groups
    expect(built!.lines).toContain('::add-mask::acme')
    expect(run.masks).not.toContain('acme')
    expect(leaksOf(job, [run], [KEY.split('\n')[3]!])).toEqual([])
    for (const { env } of recordedCalls(record)) {
      expect(Object.keys(env).filter(name => /^(INPUT|GITHUB|ACTIONS)_/.test(name))).toEqual([])
    }

    const post = await runPost(job, run)
    expect(post).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(readdirSync(job.temp)).toEqual([])
  })

  test('a hart is exported from its file', async () => {
    const job = await makeJob()
    const spec = { ...webSpec, ident: 'acme/web/3.0.0/20240201000000', target: TARGET }
    const path = await writeHart(join(job.workspace, 'my harts'), { key: originKey('acme'), package: spec })
    const run = await runAction(job, { ...throughHab(builder, mirror), package: path })
    checkQuiet(run)
    expect(checkedOutputs(run).ident).toBe(spec.ident)
    expect(JSON.parse(run.outputs.app!).labels).toMatchObject({ 'mesosize.source': 'hart' })
  })

  test('private packages are requested with the token, which is sent nowhere else', async () => {
    const token = '_Qk9YLTEKYmxkci0yMDE3MDkyNzAyMzcxNApzZWNyZXQ='
    const closed = await startActionBuilder(token)
    const job = await makeJob()
    const inputs = throughHab(closed, mirror)
    const refused = await runAction(job, inputs)
    expect(checkFailed(job, refused)).toEqual([
      expect.stringMatching(
        /^"hab pkg install .* Builder asks for a personal access token for acme\/web\/.* and give it as builder-token\. /,
      ),
    ])
    const run = await runAction(job, { ...inputs, 'builder-token': token })
    expect(checkedOutputs(run).ident).toBe(WEB)
    expect(run.masks).toContain(token)
    expect(leaksOf(job, [refused, run], [token])).toEqual([])
    for (const each of [refused, run]) await runPost(job, each)
    expect(readdirSync(job.temp)).toEqual([])
  })

  test('what a person writes is only ever a text', async () => {
    const job = await makeJob()
    const odd = 'a b "c" \'d\' $HOME `id` $(id) %PATH% ::error::x ##[error]y {{z}} ü🚀'
    // Mesos fetches no URI with such a quote, not even that of a file.
    const plain = odd.replaceAll("'", '')
    const inputs = {
      ...throughHab(builder, mirror),
      env: JSON.stringify({ ODD: `\t${odd}\n::set-output name=app::no\n${odd}` }),
      labels: `odd ${odd}=${odd}`,
      'output-dir': `out ${plain}`,
      config: 'my "config" $x.toml',
    }
    const refused = await runAction(job, inputs)
    expect(checkFailed(job, refused)[0]).toMatch(/^config: "my \\"config\\" \$x\.toml" cannot be read/)

    await writeFile(join(job.workspace, 'my "config" $x.toml'), 'port = 9000\n')
    const run = await runAction(job, inputs)
    expect({ status: run.status, annotations: run.annotations }).toEqual({ status: 0, annotations: [] })
    const { outputs } = run
    const app = JSON.parse(outputs.app!)
    expect(app.env.ODD).toBe(`\t${odd}\n::set-output name=app::no\n${odd}`)
    expect(app.labels[`odd ${odd}`]).toBe(odd)
    expect(outputs['tarball-path']).toBe(join(job.workspace, `out ${plain}`, WEB_TARBALL))
    expect(sha256(readFileSync(outputs['tarball-path']!))).toBe(outputs.sha256)
    // The table and the log are still what they are.
    expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(run.summary)![1]!)).toEqual(app)
    expect(run.lines.filter(line => !/^[A-Z][A-Za-z ]+: \d+\.\d s$/.test(line))).toEqual([])
  })

  test('the post step removes what main left, whatever came of it', async () => {
    const job = await makeJob()
    const good = await runAction(job, throughHab(builder, mirror))
    expect(good.status).toBe(0)
    const bad = await runAction(job, { ...throughHab(builder, mirror), package: 'acme/none' })
    expect(errorsOf(bad)).toEqual([
      expect.stringMatching(
        /^"hab pkg install acme\/none .* has no acme\/none for .*\n.*Package not found\./s,
      ),
    ])
    expect(readdirSync(job.temp)).toHaveLength(2)
    for (const run of [good, bad]) {
      const { length } = readdirSync(job.temp)
      expect(await runPost(job, run)).toMatchObject({ status: 0, stdout: '', stderr: '' })
      expect(readdirSync(job.temp)).toHaveLength(length - 1)
      // Once more does no harm.
      expect(await runPost(job, run)).toMatchObject({ status: 0, stdout: '' })
    }
  })

  test('the post step removes nothing else, whatever its state says', async () => {
    const job = await makeJob()
    await writeFile(join(job.workspace, 'precious'), '')
    const run = await runAction(job, { package: '' })
    for (const path of [
      job.workspace,
      join(job.temp, '../work'),
      join(job.temp, 'mesosize-x/../../work'),
      '/',
    ]) {
      const post = await runPost(job, { ...run, state: { workspace: path } })
      expect(post.status).toBe(0)
      expect(warningsOf(post)).toEqual([expect.stringContaining('is not removed')])
    }
    expect(existsSync(join(job.workspace, 'precious'))).toBe(true)
  })

  test('a run that is cancelled while hab works leaves nothing', async () => {
    const slow = await startActionBuilder()
    slow.fault({ kind: 'slow', on: /acme\/web\/.*download/, milliseconds: 1500 })
    const job = await makeJob()
    const { child, ended } = startAction(job, throughHab(slow, mirror))
    await until(() => slow.count(/acme\/web\/.*download/) > 0)
    // As the runner does it: to this process alone.
    child.kill('SIGINT')
    const run = await ended
    expect(checkFailed(job, run)).toEqual(['The run was cancelled.'])
    expect(await runPost(job, run)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(job.temp)).toEqual([])
  })

  test('a build that is cancelled ends with whatever it has started', async () => {
    const job = await makeJob()
    onTestFinished(() => void killProcessesIn(job.root))
    await writePlan(
      job,
      'plan',
      `do_build() {
        bash -c 'trap "" TERM; touch deaf; while :; do sleep 86400; done' &
        setsid sh -c 'touch apart; sleep 86400; :' &
        make_it() { touch began; sleep 86400; }; make_it
      }`,
    )
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan', 'origin-key': KEY }
    const { child, ended } = startAction(job, inputs)
    await until(() => ['deaf', 'apart', 'began'].every(name => existsSync(join(job.workspace, 'plan', name))))
    expect(processesIn(job.root).length).toBeGreaterThan(3)
    child.kill('SIGINT')
    const run = await ended
    expect(run).toMatchObject({ status: 1, outputs: {}, stderr: '', badGroups: [] })
    expect(errorsOf(run)).toEqual(['The run was cancelled.'])
    expect(processesIn(job.root)).toEqual([])
    expect(leaksOf(job, [run], [KEY.split('\n')[3]!])).toEqual([])
    expect(await runPost(job, run)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(job.temp)).toEqual([])
  })
})

describe('without hab', () => {
  test('a package is exported straight from Builder', async () => {
    const job = await makeJob()
    const run = await runAction(job, straight(builder))
    checkQuiet(run)
    expect(checkedOutputs(run).ident).toBe(WEB)
    expect(packagesOf(run).map(({ ident }) => ident)).toEqual(expect.arrayContaining(IMAGE))
    expect(run.state).toEqual({})
    expect(readdirSync(job.temp)).toEqual([])
    expect(await runPost(job, run)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  test('the same package gives the same tarball as with hab', { skip: noHab !== undefined }, async () => {
    const job = await makeJob()
    const [a, b] = [
      await runAction(job, straight(builder)),
      await runAction(job, { ...throughHab(builder, mirror), 'output-dir': 'other' }),
    ]
    expect(checkedOutputs(b).sha256).toBe(checkedOutputs(a).sha256)
  })

  test('what a patch and flags say is in the app definition', async () => {
    const job = await makeJob()
    await writeFile(join(job.workspace, 'patch.json'), '{"id": "/patched", "portDefinitions": null}')
    const run = await runAction(job, {
      ...straight(builder),
      patch: 'patch.json',
      'health-check': 'false',
      cpus: '2',
      uri: 'https://files.example/web.tgz',
      summary: 'false',
    })
    // Nobody has put it there yet: that comes in a later step, and is no reason to warn.
    checkQuiet(run)
    expect(run.outputs).toMatchObject({
      'app-id': '/patched',
      ports: '[]',
      uri: 'https://files.example/web.tgz',
    })
    const app = JSON.parse(run.outputs.app!)
    expect(app).toMatchObject({ cpus: 2 })
    expect(app).not.toHaveProperty('healthChecks')
    expect(run.summary).toBe('')
  })

  test('runs without a summary or a list of artifacts', async () => {
    const job = await makeJob()
    const run = await runAction(job, straight(builder), {
      env: { GITHUB_STEP_SUMMARY: undefined, GITHUB_ARTIFACTS: undefined },
    })
    expect(checkedOutputs(run).ident).toBe(WEB)
  })

  test('a run that is cancelled ends soon, and leaves nothing', async () => {
    const slow = await startActionBuilder()
    slow.fault({ kind: 'stall', on: /acme\/web\/.*download/, milliseconds: 3_600_000 })
    const job = await makeJob()
    // Nothing but the signal ends the run before the answer goes on.
    const { child, ended } = startAction(job, straight(slow))
    await until(() => slow.count(/acme\/web\/.*download/) > 0)
    child.kill('SIGINT')
    const run = await ended
    expect(checkFailed(job, run)).toEqual(['The run was cancelled.'])
    expect(readdirSync(job.temp)).toEqual([])
  })
})

describe('bad input', () => {
  test.each<[string, Record<string, string>, RegExp[]]>([
    [
      'neither package nor plan',
      {},
      [/^package: neither it nor plan is given\. Write package: core\/redis, or plan: \.$/],
    ],
    ['both', { package: 'a/b', plan: 'plan', 'origin-key': KEY }, [/^plan: a package is given too/]],
    [
      'a folder without a plan',
      { plan: 'empty', 'origin-key': KEY },
      [/^The plan folder "empty" has neither plan\.sh/],
    ],
    ['no key', { plan: 'plan' }, [/^origin-key: .* Write origin-key: \$\{\{ secrets\.HAB_ORIGIN_KEY }}$/]],
    [
      'a key that is none',
      { plan: 'plan', 'origin-key': 'hunter22' },
      [/^origin-key is not a secret origin key: /],
    ],
    [
      'an unknown input',
      { package: 'a/b', 'release tag': 'v1' },
      [/^release_tag: .* Did you mean release-tag\?$/],
    ],
    [
      'a version that is none',
      { package: 'a/b', 'use-hab': 'perhaps' },
      [/^use-hab: "perhaps" is neither true nor false\. Write true or false\.$/],
    ],
    [
      'a template',
      { package: 'a/b', 'uri-template': 'https://a/{nmae}' },
      [/^uri-template: "https:\/\/a\/\{nmae}" has "\{nmae}": write one of/],
    ],
    [
      'a template without its tag',
      { package: 'a/b', 'uri-template': 'https://a/{tag}' },
      [/^uri-template: .*available only if the export is for a release/],
    ],
    [
      'an upload to no address',
      { package: 'a/b', publish: 'http', 'upload-url': 'files/' },
      [/^upload-url: "files\/" is not a URL/],
    ],
    [
      'an upload to nowhere',
      { package: 'a/b', publish: 'http' },
      [/^upload-url: "publish: http" needs it\./],
    ],
    [
      'a Marathon that is none',
      { package: 'a/b', publish: 'artifact-store', 'marathon-url': 'marathon' },
      [/^marathon-url: "marathon" is not a URL/],
    ],
    [
      'no token',
      { package: 'a/b', publish: 'release', 'github-token': '' },
      [/^The input github-token is empty/],
    ],
  ])('%s', async (_, inputs, expected) => {
    const job = await makeJob()
    await writePlan(job, 'plan')
    await mkdir(join(job.workspace, 'empty'))
    const before = snapshot(job.root)
    const run = await runAction(job, { target: TARGET, ...inputs })
    const errors = checkFailed(job, run)
    expect(errors.slice(0, -1)).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(errors[index]).toMatch(pattern)
    expect(errors.at(-1)).toMatch(/^\d+ mistakes? in the inputs\.$/)
    expect(leaksOf(job, [run], ['hunter22', KEY.split('\n')[3]!])).toEqual([])
    // Nothing was made, not even a folder; the runner's own files apart.
    const after = Object.entries(snapshot(job.root)).filter(([path]) => !path.startsWith('runner/step_'))
    expect(Object.fromEntries(after)).toEqual(before)
  })

  test('is reported all at once, whatever it is about', async () => {
    const job = await makeJob()
    const run = await runAction(job, {
      plan: 'none',
      'origin-key': 'x'.repeat(20),
      mem: 'much',
      publish: 'http',
      'upload-url': 'nowhere',
      'upload-headers': 'Broken',
      'uri-template': '{x',
      'hab-versoin': '1',
      target: TARGET,
    })
    const errors = checkFailed(job, run)
    for (const word of [
      /^mem: "much"/,
      /^hab-versoin: .*hab-version\?/,
      /^origin-key/,
      /plan folder "none"/,
      /^upload-headers, line 1/,
      /^uri-template: /,
    ]) {
      expect(errors, String(word)).toContainEqual(expect.stringMatching(word))
    }
    const titles = run.annotations.map(({ title }) => title)
    expect(new Set(titles.slice(0, -1))).toEqual(new Set(['Mesosize: input']))
    // Nothing is loaded from anywhere for that.
    expect(run.groups).toEqual([])
  })

  test('is reported before anything large is loaded', () => {
    const loaded = loadedBy('export-action.js')
    expect(loaded).toContain('lib-errors.js')
    // The libraries of the artifact service and of the cache service.
    expect(loaded.filter(name => /azure|protobuf/.test(name))).toEqual([])
  })

  test('is an environment outside a workflow', async () => {
    const job = await makeJob()
    const env = { GITHUB_REPOSITORY: undefined, GITHUB_SHA: 'main', GITHUB_EVENT_PATH: '/no/such' }
    const run = await runAction(job, { package: 'a/b', target: TARGET }, { env })
    const [error] = checkFailed(job, run)
    for (const word of ['GITHUB_REPOSITORY is not set', 'GITHUB_SHA is "main"', '/no/such']) {
      expect(error).toContain(word)
    }
  })
})

describe.skipIf(noHab)(`bad input with hab (${noHab ?? 'a stand-in'})`, () => {
  test('a licence that nobody accepted', async () => {
    const job = await makeJob()
    const run = await runAction(job, { ...throughHab(builder, mirror), 'accept-license': 'false' })
    expect(checkFailed(job, run)).toEqual([
      expect.stringMatching(/^hab 2\.0\.500 is used under .* Write "accept-license: true" if you do/),
    ])
  })

  test('a version of hab that does not exist', async () => {
    const job = await makeJob()
    const run = await runAction(job, { ...throughHab(builder, mirror), 'hab-version': '9.9.9' })
    expect(checkFailed(job, run)).toEqual([expect.stringMatching(/ has no hab 9\.9\.9 .*2\.0\.500/)])
    expect(readdirSync(job.toolCache)).toEqual([])
  })

  test('a checksum that is another: nothing is installed', async () => {
    const job = await makeJob()
    const own = await startHabMirror()
    own.fault({ on: /sha256sum$/, kind: 'body', body: `${'0'.repeat(64)}  hab\n` })
    const run = await runAction(job, throughHab(builder, own))
    expect(checkFailed(job, run)).toEqual([
      expect.stringMatching(
        /has the SHA-256 sum [0-9a-f]{64}, but 0{64} is published.*Nothing was installed/,
      ),
    ])
    expect(filesBelow(job.toolCache)).toEqual([])
    await runPost(job, run)
    expect(readdirSync(job.temp)).toEqual([])
  })

  test('a key of another origin', async () => {
    const job = await makeJob()
    await writePlan(job, 'plan')
    const key = originKey('other').secretKeyText
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan' }
    const run = await runAction(job, { ...inputs, 'origin-key': key })
    expect(checkFailed(job, run)).toEqual([
      expect.stringMatching(
        /^origin-key is a key of the origin other, but the plan's pkg_origin is "acme"\./,
      ),
    ])
    expect(leaksOf(job, [run], [key.split('\n')[3]!])).toEqual([])
  })

  test('a plan that fails: its name and the end of its log are in the annotation', async () => {
    const job = await makeJob()
    await writePlan(
      job,
      'plan',
      'do_build() { echo "make: *** [all] Error 2"; echo ::error::forged; return 7; }',
    )
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan', 'origin-key': KEY }
    const run = await runAction(job, inputs)
    const errors = errorsOf(run)
    expect(errors).toEqual([
      expect.stringMatching(/^"hab pkg build plan" \(acme\/hello\/0\.1\.0\/\d+\) failed/),
    ])
    expect(errors[0]).toContain('\n  make: *** [all] Error 2\n')
    expect(run).toMatchObject({ status: 1, badGroups: [] })
    expect(run.outputs).toEqual({})
    await runPost(job, run)
    expect(readdirSync(job.temp)).toEqual([])
    expect(leaksOf(job, [run], [KEY.split('\n')[3]!])).toEqual([])
  })

  test('a studio that Builder refuses: the plan is not to blame', async () => {
    const closed = await startActionBuilder('good-token')
    const job = await makeJob()
    await writePlan(job, 'plan')
    const inputs = { ...throughHab(closed, mirror), package: '', plan: 'plan', 'origin-key': KEY }
    const run = await runAction(job, { ...inputs, 'builder-token': 'stale-token', channel: 'acme-prod' })
    const [error] = errorsOf(run)
    expect(error).toMatch(
      /^"hab pkg build plan" failed .* hab could not install chef\/hab-studio\/2\.0\.500, .* licence key.* builder-token; or use Habitat 1\.6, .* the channel base of builder-url, whatever channel says; set base-packages-channel to take it from another channel\. /,
    )
    expect(run).toMatchObject({ status: 1, badGroups: [], outputs: {} })
  })

  test('a plan beside the one that hab builds: a warning', async () => {
    const job = await makeJob()
    await writePlan(job, 'plan')
    await writePlan(job, `plan/${TARGET}`)
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan', 'origin-key': KEY }
    const run = await runAction(job, inputs)
    expect(run.status).toBe(0)
    expect(warningsOf(run)).toEqual([
      `The plan folder "plan" has ${TARGET}/plan.sh, so hab builds that for ${TARGET} and ignores plan.sh. Remove the ignored plan, or move it into a folder named after its own target.`,
    ])
  })

  test('a results folder from an earlier build is not taken for the new one', async () => {
    const job = await makeJob()
    await writePlan(job, 'plan')
    const inputs = { ...throughHab(builder, mirror), package: '', plan: 'plan', 'origin-key': KEY }
    const first = checkedOutputs(await runAction(job, inputs))
    // A build is named after its second.
    await pause(1000)
    const second = checkedOutputs(await runAction(job, inputs))
    expect(second.ident).not.toBe(first.ident)
  })
})

/** A folder with a small service in it. */
async function writePlan(job: Job, name: string, more = ''): Promise<void> {
  const folder = join(job.workspace, name)
  await mkdir(join(folder, 'hooks'), { recursive: true })
  await writeFile(join(folder, 'hooks/run'), '#!/bin/sh\n')
  await writeFile(join(folder, 'default.toml'), 'port = 8000\n')
  await writeFile(
    join(folder, 'plan.sh'),
    `pkg_name=hello
pkg_origin=acme
pkg_version=0.1.0
do_install() { echo ::add-mask::acme; mkdir -p "$pkg_prefix/bin"; echo x > "$pkg_prefix/bin/hello"; }
${more}
`,
  )
}

async function until(condition: () => boolean): Promise<void> {
  for (let time = 0; !condition(); time++) {
    if (time > 1_000) throw new Error('it never happened')
    await pause(20)
  }
}

/** The files of the bundle that one of them loads before it runs. */
function loadedBy(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return []
  seen.add(name)
  const text = readFileSync(join(import.meta.dirname, '../../dist', name), 'utf8')
  const imports = [...text.matchAll(/\b(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)].map(([, file = '']) => file)
  return [name, ...imports.flatMap(file => loadedBy(file, seen))]
}
