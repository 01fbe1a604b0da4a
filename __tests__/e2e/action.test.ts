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
import { finishedTogether, sha256, snapshot } from './run-cli.ts'

const KEY = originKey('acme').secretKeyText

let builder: BuilderServer
let mirror: PackagesMirror
/** acme/web, straight from Builder. */
let straightRun: { job: Job; run: ActionRun }

const finished = finishedTogether()
beforeAll(async () => {
  builder = await startActionBuilder(undefined, afterAll)
  mirror = await startHabMirror(afterAll)
  const job = await makeJob({}, finished)
  straightRun = { job, run: await runAction(job, straight(builder)) }
})

/** The outputs, each checked against the files that it describes. */
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

/** It takes neither a summary nor a list of artifacts. */
const OLD_RUNNER = { GITHUB_STEP_SUMMARY: undefined, GITHUB_ARTIFACTS: undefined }

/** Runs of one job: acme/web for the first time, again on an old runner, and a package that does not exist. */
let throughHabRuns: {
  job: Job
  first: ActionRun
  again: ActionRun
  bad: ActionRun
  /** How many requests each sent to the mirror of hab. */
  mirrored: number[]
}

describe.skipIf(noHab)(`with hab (${noHab ?? 'a stand-in'})`, () => {
  beforeAll(async () => {
    const job = await makeJob({}, finished)
    const mirrored: number[] = []
    const through = async (inputs: Record<string, string>, env = {}) => {
      const { length } = mirror.requests
      const run = await runAction(job, { ...throughHab(builder, mirror), ...inputs }, { env })
      mirrored.push(mirror.requests.length - length)
      return run
    }
    throughHabRuns = {
      job,
      first: await through({ 'checksum-file': 'true' }),
      again: await through({ 'hab-version': '2.0.500', 'output-dir': 'again' }, OLD_RUNNER),
      bad: await through({ package: 'acme/none' }),
      mirrored,
    }
  })

  test('a package is exported, and all outputs are set', () => {
    const { job, first } = throughHabRuns
    checkQuiet(first)
    const outputs = checkedOutputs(first)
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
      packagesOf(first)
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
    expect(first.artifacts).toEqual([outputs['tarball-path']])
    expect(readFileSync(`${outputs['tarball-path']}.sha256`, 'utf8')).toBe(
      `${outputs.sha256}  ${WEB_TARBALL}\n`,
    )
    expect(readdirSync(join(job.workspace, 'results'))).toHaveLength(3)

    expect(first.summary.length).toBeLessThan(2 ** 20)
    for (const part of [
      '| Package | `acme/web',
      '`PORT_PORT`',
      '```mermaid\npie',
      'App definition',
      'How to deploy it',
    ]) {
      expect(first.summary).toContain(part)
    }
    expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(first.summary)![1]!)).toEqual(JSON.parse(outputs.app!))
    expect(first.groups.map(({ title }) => title)).toEqual([
      'Install hab',
      expect.stringMatching(/^hab pkg install .*acme\/web/),
      'Export',
      'Set outputs',
    ])
  })

  test('the second time, hab comes from the tool cache, and the tarball is the same', () => {
    const { first, again, mirrored } = throughHabRuns
    expect(mirrored[0]).toBeGreaterThan(0)
    expect(mirrored[1]).toBe(0)
    expect(checkedOutputs(again).sha256).toBe(checkedOutputs(first).sha256)
  })

  test('the tarball is the same as straight from Builder', () => {
    expect(checkedOutputs(straightRun.run).sha256).toBe(checkedOutputs(throughHabRuns.first).sha256)
  })

  test('a runner without summaries and lists of artifacts will do', () => {
    expect(checkedOutputs(throughHabRuns.again).ident).toBe(WEB)
    expect(throughHabRuns.again).toMatchObject({ summary: '', artifacts: [] })
  })

  describe('a plan', () => {
    let job: Job
    let record: string
    let built: ActionRun
    let post: ActionRun
    let afterPost: string[]
    /** Once more, with a plan for this target beside the first. */
    let rebuilt: ActionRun

    beforeAll(async () => {
      record = join((await makeJob({}, finished)).root, 'calls')
      const own = await startHabMirror(finished, record)
      job = await makeJob({}, finished)
      await writePlan(job, 'plan')
      // What an earlier build left is not what is exported.
      await mkdir(join(job.workspace, 'results'))
      await writeFile(join(job.workspace, 'results/last_build.env'), 'pkg_ident=acme/old/1/20200101000000\n')
      const inputs = { ...throughHab(builder, own), package: '', plan: 'plan', 'origin-key': KEY }
      built = await runAction(job, inputs)
      post = await runPost(job, built)
      afterPost = readdirSync(job.temp)
      await writePlan(job, `plan/${TARGET}`)
      // A build is named after its second.
      await pause(1000)
      rebuilt = await runAction(job, inputs)
    })

    test('is built with its key, installed and exported', () => {
      checkQuiet(built)
      const outputs = checkedOutputs(built)
      expect(outputs.ident).toMatch(/^acme\/hello\/0\.1\.0\/\d{14}$/)
      expect(JSON.parse(outputs.app!).labels).toMatchObject({ 'mesosize.source': 'plan' })
      expect(built.groups.map(({ title }) => title)).toEqual([
        'Install hab',
        'hab pkg build plan',
        expect.stringMatching(/^hab pkg install .*acme-hello-0\.1\.0-.*\.hart/),
        'Export',
        'Set outputs',
      ])
      // What it prints is shown immediately, and is not taken as a command.
      expect(built.groups[1]!.lines).toContain('::add-mask::acme')
      expect(built.masks).not.toContain('acme')
      expect(leaksOf(job, [built], [KEY.split('\n')[3]!])).toEqual([])
      for (const { env } of recordedCalls(record)) {
        expect(Object.keys(env).filter(name => /^(INPUT|GITHUB|ACTIONS)_/.test(name))).toEqual([])
      }
      expect(post).toMatchObject({ status: 0, stdout: '', stderr: '' })
      expect(afterPost).toEqual([])
    })

    test('is built again, whatever results an earlier build left', () => {
      expect(checkedOutputs(rebuilt).ident).not.toBe(built.outputs.ident)
    })

    test('beside the one that hab builds is a warning', () => {
      expect(rebuilt.status).toBe(0)
      expect(warningsOf(rebuilt)).toEqual([
        `The plan folder "plan" has ${TARGET}/plan.sh, so hab builds that for ${TARGET} and ignores plan.sh. Remove the ignored plan, or move it into a folder named after its own target.`,
      ])
    })
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

  test('the post step removes what main left, whatever came of it, and nothing else', async () => {
    const { job, first, again, bad } = throughHabRuns
    expect(errorsOf(bad)).toEqual([
      expect.stringMatching(
        /^"hab pkg install acme\/none .* has no acme\/none for .*\n.*Package not found\./s,
      ),
    ])
    const runs = [first, again, bad]
    expect(readdirSync(job.temp)).toHaveLength(runs.length)
    // Whatever its state says; in unit tests, removeWorkspace refuses more of these.
    await writeFile(join(job.workspace, 'precious'), '')
    const astray = await runPost(job, { ...bad, state: { workspace: job.workspace } })
    expect(astray.status).toBe(0)
    expect(warningsOf(astray)).toEqual([expect.stringContaining('is not removed')])
    expect(existsSync(join(job.workspace, 'precious'))).toBe(true)
    for (const [index, run] of runs.entries()) {
      expect(await runPost(job, run)).toMatchObject({ status: 0, stdout: '', stderr: '' })
      expect(readdirSync(job.temp)).toHaveLength(runs.length - 1 - index)
    }
    // Once more does no harm.
    expect(await runPost(job, bad)).toMatchObject({ status: 0, stdout: '' })
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
    const { job, run } = straightRun
    checkQuiet(run)
    expect(checkedOutputs(run).ident).toBe(WEB)
    expect(packagesOf(run).map(({ ident }) => ident)).toEqual(expect.arrayContaining(IMAGE))
    expect(run.state).toEqual({})
    expect(readdirSync(job.temp)).toEqual([])
    expect(await runPost(job, run)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  test('what a person writes is only ever a text', async () => {
    const job = await makeJob()
    const odd = 'a b "c" \'d\' $HOME `id` $(id) %PATH% ::error::x ##[error]y {{z}} ü🚀'
    // Mesos fetches no URI with such a quote, not even that of a file.
    const plain = odd.replaceAll("'", '')
    const inputs = {
      ...straight(builder),
      env: JSON.stringify({ ODD: `\t${odd}\n::set-output name=app::no\n${odd}` }),
      labels: `odd ${odd}=${odd}`,
      'output-dir': `out ${plain}`,
      config: 'my "config" $x.toml',
    }
    const refused = await runAction(job, inputs)
    expect(checkFailed(job, refused)[0]).toMatch(/^config: "my \\"config\\" \$x\.toml" does not exist/)

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
    // Nobody has put it there yet: that comes in a later step, and does not deserve a warning.
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

  test('a run that is cancelled ends soon, and leaves nothing', async () => {
    const slow = await startActionBuilder()
    slow.fault({ kind: 'stall', on: /acme\/web\/.*download/, milliseconds: 3_600_000 })
    const job = await makeJob()
    // Nothing but the signal ends the run before the answer continues.
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
      'neither package nor plan, and a Marathon that is none',
      { publish: 'artifact-store', 'marathon-url': 'marathon' },
      [
        /^package: neither package nor plan is given\. Write package: core\/redis, or plan: \.\.$/,
        /^marathon-url: "marathon" is not an http or https URL/,
      ],
    ],
    [
      'a folder without a plan, a key that is none, and a template without its tag',
      { plan: 'empty', 'origin-key': 'hunter22', 'uri-template': 'https://a/{tag}' },
      [
        /^origin-key: is not a secret origin key: /,
        /^The plan folder "empty" has neither plan\.sh/,
        /^uri-template: .*available only if the export is for a release/,
      ],
    ],
    [
      'names, texts and addresses',
      {
        package: 'a/b',
        'release tag': 'v1',
        'use-hab': 'perhaps',
        'uri-template': 'https://a/{nmae}',
        publish: 'http',
        'upload-url': 'files/',
      },
      [
        /^release_tag: .* Did you mean release-tag\?$/,
        /^use-hab: "perhaps" is neither true nor false\. Write true or false\.$/,
        /^uri-template: "https:\/\/a\/\{nmae}" has "\{nmae}": write one of/,
        /^upload-url: "files\/" is not an http or https URL/,
      ],
    ],
    [
      'a release without a token and a tag',
      { package: 'a/b', publish: 'release', 'github-token': '' },
      [/^github-token: is empty/, /No release given for the tarball/],
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
      /^upload-headers: line 1/,
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
    expect(loaded).toContain('start.js')
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
      expect.stringMatching(/^hab 2\.0\.500 is used under .* Write accept-license: true if you do/),
    ])
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
