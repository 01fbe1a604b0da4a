import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import { type MarathonServer, startMarathon } from '../testkit/marathon-server.ts'
import {
  type ActionRun,
  errorsOf,
  type Job,
  leaksOf,
  makeJob,
  runAction,
  setEvent,
  warningsOf,
} from './run-action.ts'
import { EXAMPLES } from './run-cli.ts'

const WEB = '/previews/shop/pr-12/web'
const FIRST = '1'.repeat(40)
const SECOND = '2'.repeat(40)
const PASSWORD = 'open-sesame'

let github: GitHubServer
let marathon: MarathonServer
let job: Job
let runId: number

beforeEach(async () => {
  github = await startGitHub()
  marathon = await startMarathon({
    prefix: '/service/marathon',
    auth: { kind: 'dcos', users: { ci: PASSWORD } },
  })
  job = await makeJob()
  runId = 100
  job.env.GITHUB_API_URL = github.apiUrl
  job.env.GITHUB_SERVER_URL = github.serverUrl
  github.addPull({ number: 12, head: FIRST })
})
afterEach(async () => {
  await marathon.close()
  await github.close()
})

/** A run for an event of pull request 12, later than those before. */
async function event(action: string, head: string): Promise<void> {
  job.env.GITHUB_RUN_ID = String(++runId)
  const pull = { number: 12, head: { sha: head, repo: { full_name: 'acme/shop' } }, base: { ref: 'main' } }
  await setEvent(job, 'pull_request', { action, pull_request: pull })
}

/** What an export gives for it. */
async function app(commit: string, more: { labels?: object; id?: string } = {}): Promise<string> {
  const path = join(job.workspace, 'app.json')
  const definition = {
    id: more.id ?? WEB,
    cmd: 'exec sh ./launch',
    user: 'root',
    cpus: 0.1,
    mem: 32,
    instances: 1,
    fetch: [{ uri: 'https://files.example.com/pr-12-acme-web-1.0.0-20240101000000.tgz', extract: false }],
    portDefinitions: [
      { port: 0, name: 'http', protocol: 'tcp' },
      { port: 0, name: 'gossip', protocol: 'udp,tcp' },
    ],
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0 }],
    labels: {
      'mesosize.ident': 'acme/web/1.0.0/20240101000000',
      'mesosize.sha256': 'a'.repeat(64),
      'mesosize.preview': 'acme/shop#12',
      'mesosize.commit': commit,
      'mesosize.run': `${job.env.GITHUB_RUN_ID}.1`,
      ...more.labels,
    },
  }
  await writeFile(path, JSON.stringify(definition))
  return path
}

const login = () => ({ 'marathon-url': marathon.url, 'dcos-user': 'ci', 'dcos-password': PASSWORD })

async function deploy(path: string, inputs: Record<string, string> = {}): Promise<ActionRun> {
  const run = await runAction(job, { app: path, ...login(), ...inputs }, { action: 'deploy' })
  expect(leaksOf(job, [run], [PASSWORD])).toEqual([])
  return run
}

function remove(inputs: Record<string, string> = {}): Promise<ActionRun> {
  return runAction(job, { ...login(), ...inputs }, { action: 'remove' })
}

function states(): string[][] {
  return github.deployments.map(({ statuses }) => statuses.map(({ state }) => state))
}

function comments(): string[] {
  return github.comments.map(({ body }) => body)
}

function noticesOf({ annotations }: ActionRun): string[] {
  return annotations.filter(({ level }) => level === 'notice').map(({ message }) => message)
}

/** The app in Marathon, once a run has put it there. */
async function put(count: number): Promise<void> {
  const seen = () =>
    marathon.requests.filter(({ method, path }) => method === 'PUT' && path.includes(WEB)).length
  await expect.poll(seen, { interval: 5 }).toBe(count)
}

/** Lets Marathon have an app, as an earlier run would have put it there. @param path as `app` gives it */
async function inMarathon(path: string): Promise<void> {
  const definition = JSON.parse(await readFile(path, 'utf8'))
  marathon.cluster.change(definition.id, definition, true)
}

function running(): string | undefined {
  return marathon.cluster.app(WEB)?.definition.labels['mesosize.commit']
}

describe('from opened to closed', () => {
  const exportInputs = {
    package: 'example/hello',
    'use-hab': 'false',
    artifacts: join(EXAMPLES, 'artifacts'),
    keys: join(EXAMPLES, 'keys'),
    'supervisor-package': 'stand-in/hab-sup',
    'launcher-package': 'stand-in/hab-launcher',
    preview: 'true',
    publish: 'release',
  }
  const HELLO = '/previews/shop/pr-12/hello'
  const TARBALL = 'pr-12-example-hello-1.0.0-20240101000000.tgz'

  test('exported, deployed, announced, and gone', async () => {
    // A push to the base branch.
    job.env.GITHUB_RUN_ID = String(++runId)
    await setEvent(job, 'push', { ref: 'refs/heads/main' })
    const base = await runAction(job, exportInputs)
    expect(errorsOf(base)).toEqual([])
    const release = github.releases.find(({ tag }) => tag === 'mesosize-previews')!
    expect(release).toMatchObject({ draft: false, prerelease: true })
    expect(release.assets.map(({ name }) => name)).toEqual(['sizes-hello@main.json'])
    expect(JSON.parse(base.outputs.app!).id).toBe('/example/hello')
    const kept = release.assets[0]!
    const sizes = JSON.parse(kept.bytes!.toString())
    expect(sizes).toEqual({
      service: 'example/hello/1.0.0/20240101000000',
      packages: JSON.parse(base.outputs.packages!),
    })
    // Let the image of the base branch be smaller.
    const smaller = sizes.packages.find(({ ident }: { ident: string }) =>
      ident.startsWith('stand-in/hab-sup/'),
    )
    smaller.packed -= 1024
    kept.bytes = Buffer.from(JSON.stringify(sizes))

    await event('opened', FIRST)
    const exported = await runAction(job, exportInputs)
    expect(errorsOf(exported)).toEqual([])
    const definition = JSON.parse(exported.outputs.app!)
    expect(definition.id).toBe(HELLO)
    expect(definition.labels).toMatchObject({
      'mesosize.preview': 'acme/shop#12',
      'mesosize.commit': FIRST,
      'mesosize.run': `${runId}.1`,
    })
    expect(definition.fetch).toEqual([
      {
        uri: `${github.serverUrl}/acme/shop/releases/download/mesosize-previews/${TARBALL}`,
        extract: false,
        destPath: 'example-hello-1.0.0-20240101000000.tgz',
      },
    ])
    expect(release.assets.map(({ name }) => name)).toContain(TARBALL)

    const inputs = { packages: exported.outputs.packages!, 'allow-unfetchable-uri': 'true' }
    const deployed = await deploy(exported.outputs['app-path']!, inputs)
    expect(errorsOf(deployed)).toEqual([])
    expect(warningsOf(deployed)).toEqual([])
    const endpoints = JSON.parse(deployed.outputs.endpoints!)
    const [{ host, port }] = endpoints
    expect(deployed.outputs).toMatchObject({ state: 'finished', url: `http://${host}:${port}` })
    expect(endpoints.map(({ name }: { name: string }) => name)).toEqual(['http', 'gossip', 'gateway', 'ctl'])
    expect(deployed.summary).toContain(`\`${HELLO}\`: finished`)

    const [comment = ''] = comments()
    expect(comments()).toHaveLength(1)
    expect(comment).toMatch(`<!-- mesosize: ${HELLO} -->\n\n### The preview is running\n`)
    expect(comment).toContain(`| \`http\` | http://${host}:${port} |`)
    expect(comment).toContain('#### Changes, compared with `main`')
    expect(comment).toMatch(/\| `stand-in\/hab-sup` \| `(.*)` \| `\1` \| .* KiB \| \+1\.0 KiB \|/)
    expect(comment).toContain('| 4 unchanged |')
    expect(comment).toContain(`logs ${HELLO} --marathon "$MARATHON_URL" --follow`)
    expect(github.deployments).toMatchObject([{ sha: FIRST, environment: 'pr-12', transient: true }])
    expect(states()).toEqual([['in_progress', 'success']])
    expect(github.deployments[0]!.statuses[1]).toMatchObject({ url: `http://${host}:${port}` })

    await event('closed', FIRST)
    github.pulls[0]!.state = 'closed'
    const removed = await remove()
    expect(errorsOf(removed)).toEqual([])
    expect(removed.outputs).toEqual({ removed: JSON.stringify([HELLO]), tarballs: JSON.stringify([TARBALL]) })
    expect(removed.summary).toContain(`- \`${HELLO}\`\n- \`${TARBALL}\``)
    expect(marathon.cluster.apps.size).toBe(0)
    expect(release.assets.map(({ name }) => name)).toEqual(['sizes-hello@main.json'])
    expect(states()).toEqual([['in_progress', 'success', 'inactive']])
    expect(comments()).toEqual([expect.stringContaining('### The preview was removed')])
    const after = comments()

    const again = await remove()
    expect(errorsOf(again)).toEqual([])
    expect(again.outputs).toEqual({ removed: '[]', tarballs: '[]' })
    expect(states()).toEqual([['in_progress', 'success', 'inactive']])
    expect(comments()).toEqual([expect.stringContaining('### The preview was removed')])
    expect(comments()[0]!.split('\n')[0]).toBe(after[0]!.split('\n')[0])
  })

  test('with layers: they go where those of all exports are, and stay when it is gone', async () => {
    await event('opened', FIRST)
    const exported = await runAction(job, { ...exportInputs, layers: 'auto' })
    expect(errorsOf(exported)).toEqual([])
    const definition = JSON.parse(exported.outputs.app!)
    expect(definition.id).toBe(HELLO)
    expect(definition.labels).toMatchObject({ 'mesosize.preview': 'acme/shop#12', 'mesosize.layers': '2' })
    expect(github.releases).toMatchObject([{ tag: 'mesosize-layers', draft: false, prerelease: true }])
    const [release] = github.releases
    const names = release!.assets.map(({ name }) => name)
    expect(names).toEqual([expect.stringMatching(/^sha256-/), expect.stringMatching(/^sha256-/)])

    const deployed = await deploy(exported.outputs['app-path']!, {
      packages: exported.outputs.packages!,
      'allow-unfetchable-uri': 'true',
    })
    expect(errorsOf(deployed)).toEqual([])
    expect(comments()).toEqual([expect.stringContaining('### The preview is running')])

    await event('closed', FIRST)
    github.pulls[0]!.state = 'closed'
    const files = await startHttpServer()
    onTestFinished(files.close)
    const removed = await remove({ 'upload-url': `${files.url}/layers/` })
    expect([errorsOf(removed), warningsOf(removed)]).toEqual([[], []])
    expect(removed.outputs).toEqual({ removed: JSON.stringify([HELLO]), tarballs: '[]' })
    expect(removed.summary).toContain(`The layers of ${HELLO} stay: other apps share them.`)
    expect(removed.stdout).toContain(`The layers of ${HELLO} stay`)
    expect(release!.assets.map(({ name }) => name)).toEqual(names)
    expect(files.requests).toEqual([])
  })

  test('for a fork, by another workflow, to a server', async () => {
    const files = await startHttpServer()
    onTestFinished(files.close)
    await setEvent(job, 'workflow_run', { workflow_run: { head_sha: FIRST, pull_requests: [] } })
    const run = await runAction(job, {
      ...exportInputs,
      'pull-request': '12',
      publish: 'http',
      'upload-url': `${files.url}/{origin}/`,
    })
    expect(errorsOf(run)).toEqual([])
    const definition = JSON.parse(run.outputs.app!)
    expect(definition.id).toBe(HELLO)
    expect(definition.labels).toMatchObject({ 'mesosize.preview': 'acme/shop#12', 'mesosize.commit': FIRST })
    expect(definition.fetch[0].uri).toBe(`${files.url}/example/${TARBALL}`)
    expect([...files.files.keys()]).toEqual([`/example/${TARBALL}`])
  })

  test('without permission to keep the sizes of a branch: exported anyway', async () => {
    await setEvent(job, 'push', { ref: 'refs/heads/main' })
    const run = await runAction(job, { ...exportInputs, 'github-token': github.tokens.read })
    expect([run.status, errorsOf(run)]).toEqual([0, []])
    expect(warningsOf(run)).toEqual([expect.stringContaining('permissions:\n  contents: write')])
  })

  test('not of a pull request: says what it needs', async () => {
    await setEvent(job, 'schedule', {})
    const run = await runAction(job, { ...exportInputs, 'app-id': '/web', 'release-tag': 'v1' })
    expect(run.status).toBe(1)
    expect(errorsOf(run)).toEqual([
      expect.stringMatching(/^app-id: a preview is \/previews\//),
      expect.stringMatching(/^release-tag: /),
      'preview: the event "schedule" is not about a pull request. Let the workflow run on pull_request, or on workflow_run with pull-request: 12.',
      '3 mistakes in the inputs.',
    ])
  })
})

describe('a newer commit', () => {
  test('replaces the preview and its announcement', async () => {
    await event('opened', FIRST)
    expect((await deploy(await app(FIRST))).status).toBe(0)
    await event('synchronize', SECOND)
    github.pulls[0]!.head = SECOND
    expect((await deploy(await app(SECOND))).status).toBe(0)
    expect(running()).toBe(SECOND)
    expect(comments()).toEqual([expect.stringContaining('`222222222222`')])
    expect(states()).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
    ])
    // The same run once more changes nothing but what it tells.
    const again = await deploy(await app(SECOND))
    expect(again.outputs.state).toBe('unchanged')
    expect(comments()).toHaveLength(1)
  })

  test('is there before the deployment begins: nothing is done', async () => {
    await event('opened', FIRST)
    github.pulls[0]!.head = SECOND
    const run = await deploy(await app(FIRST))
    expect([run.status, run.outputs]).toEqual([0, { state: 'superseded' }])
    expect(noticesOf(run).join()).toContain('has a newer commit, 222222222222, than 111111111111')
    expect([marathon.cluster.apps.size, comments(), states()]).toEqual([0, [], []])
  })

  test('of a later run is there already: it stays', async () => {
    await event('opened', FIRST)
    const early = { ...job.env }
    await event('reopened', FIRST)
    await inMarathon(await app(FIRST))
    const told = `<!-- mesosize: ${WEB} -->\nrunning`
    github.addComment({ issue: 12, body: told, user: { type: 'Bot', association: 'NONE' } })
    Object.assign(job.env, early)
    const run = await deploy(await app(FIRST))
    expect([run.status, run.outputs.state]).toEqual([0, 'superseded'])
    expect(noticesOf(run).join()).toContain('A later workflow run, 102, attempt 1,')
    expect(comments()).toEqual([told])
  })

  test('comes while the older is being deployed, and does not come up: the newer one ends it', async () => {
    await event('opened', FIRST)
    const older = deploy(await app(FIRST, { labels: { behaviour: 'hangs' } }))
    await put(1)
    await event('synchronize', SECOND)
    github.pulls[0]!.head = SECOND
    const newer = await deploy(await app(SECOND))
    expect([newer.status, newer.outputs.state]).toEqual([0, 'finished'])
    const run = await older
    expect([run.status, run.outputs]).toEqual([0, { state: 'superseded' }])
    expect(running()).toBe(SECOND)
    expect(comments()).toEqual([expect.stringContaining('`222222222222`')])
    expect(states().map(each => each.at(-1))).toEqual(['inactive', 'success'])
  })

  test('is overtaken by an older one, late: it is deployed again', async () => {
    await event('opened', FIRST)
    const late = JSON.parse(await readFile(await app(FIRST), 'utf8'))
    await event('synchronize', SECOND)
    github.pulls[0]!.head = SECOND
    const newer = deploy(await app(SECOND, { labels: { behaviour: 'hangs' } }))
    await put(1)
    marathon.cluster.change(WEB, late, true)
    // What hung was the first try alone.
    await put(2)
    const label = marathon.cluster.app(WEB)!.definition.labels
    expect(label['mesosize.commit']).toBe(SECOND)
    marathon.cluster.app(WEB)!.definition.labels.behaviour = 'runs'
    for (const old of marathon.cluster.app(WEB)!.versions.values()) old.labels.behaviour = 'runs'
    expect((await newer).outputs.state).toBe('finished')
    expect(running()).toBe(SECOND)
    expect(comments()).toEqual([expect.stringContaining('`222222222222`')])
  })
})

describe('a pull request that is closed', () => {
  test('before its preview is deployed: it is not', async () => {
    await event('opened', FIRST)
    github.pulls[0]!.state = 'closed'
    const run = await deploy(await app(FIRST))
    expect([run.status, run.outputs.state]).toEqual([0, 'superseded'])
    expect([marathon.cluster.apps.size, comments()]).toEqual([0, []])
  })

  test('while its preview is being deployed: it is removed again', async () => {
    await event('opened', FIRST)
    const deployed = deploy(await app(FIRST))
    await put(1)
    github.pulls[0]!.state = 'closed'
    const run = await deployed
    expect([run.status, run.outputs.state]).toEqual([0, 'superseded'])
    expect([marathon.cluster.apps.size, comments()]).toEqual([0, []])
    expect(states()).toEqual([['in_progress', 'inactive']])
  })
})

describe('a deployment that fails', () => {
  test('is announced, with the output of the task; the previous version runs again', async () => {
    await event('opened', FIRST)
    expect((await deploy(await app(FIRST))).status).toBe(0)
    await event('synchronize', SECOND)
    github.pulls[0]!.head = SECOND
    marathon.cluster.settings.failureMessage = `no | such ${PASSWORD} \`thing\``
    const path = await app(SECOND, { labels: { behaviour: 'fails' } })
    const run = await runAction(job, { app: path, ...login() }, { action: 'deploy' })
    expect([run.status, run.outputs.state]).toEqual([1, 'failed'])
    const [error = ''] = errorsOf(run)
    expect(error).toMatch(/pr-12\/web does not stay up: [34] tasks of the new version have ended\./)
    expect(error).toMatch(/Rolled back: .* runs as it did/)
    expect(error).toMatch(/\nThe last lines of its stderr:\n\| no \| such /)
    expect(running()).toBe(FIRST)
    const [comment = ''] = comments()
    expect(comments()).toHaveLength(1)
    expect(comment).toContain('### The preview failed to deploy\n\n```text\n')
    expect(comment).toContain('no | such *** `thing`')
    expect(states()).toEqual([
      ['in_progress', 'success'],
      ['in_progress', 'failure'],
    ])
  })

  test('of anything but a preview is only reported in the log', async () => {
    const labels = { 'mesosize.preview': undefined, behaviour: 'hangs' }
    const run = await deploy(await app(FIRST, { id: '/web', labels }), { timeout: '1s', rollback: 'false' })
    expect([run.status, run.outputs.state]).toEqual([1, 'timed-out'])
    expect(errorsOf(run)[0]).toContain('/web was not up after 1 seconds')
    expect(github.requests).toEqual([])
  })

  test('without permission to comment deploys anyway', async () => {
    await event('opened', FIRST)
    const run = await deploy(await app(FIRST), { 'github-token': github.tokens.read })
    expect([run.status, run.outputs.state]).toEqual([0, 'finished'])
    expect(warningsOf(run)).toEqual([
      expect.stringContaining('permissions:\n  deployments: write'),
      expect.stringContaining('permissions:\n  pull-requests: write'),
    ])
  })

  test('by what is there already and not its own changes nothing', async () => {
    await event('opened', FIRST)
    const other = JSON.parse(await readFile(await app(FIRST), 'utf8'))
    other.labels['mesosize.preview'] = 'other/shop#12'
    marathon.cluster.change(WEB, other, true)
    const run = await deploy(await app(FIRST))
    expect(run.status).toBe(1)
    expect(errorsOf(run)[0]).toContain(
      `${WEB} is in Marathon already and is not a preview of acme/shop#12, but of other/shop#12.`,
    )
  })
})

test('a dry run shows what would change, and changes nothing', async () => {
  await event('opened', FIRST)
  const run = await deploy(await app(FIRST), { 'dry-run': 'true' })
  expect([run.status, run.outputs]).toEqual([0, { state: 'planned' }])
  expect(run.lines).toContain(`${WEB} would be created:`)
  expect([marathon.cluster.apps.size, github.requests]).toEqual([0, []])
})

describe('stale previews', () => {
  /** One of a pull request, deployed by itself. */
  async function preview(number: number, repository = 'acme/shop'): Promise<string> {
    const id = `/previews/${repository.split('/')[1]}/pr-${number}/web`
    const definition = JSON.parse(await readFile(await app(FIRST, { id }), 'utf8'))
    definition.labels['mesosize.preview'] = `${repository}#${number}`
    marathon.cluster.change(id, definition, true)
    return id
  }

  test('of closed pull requests go, and those that are old if asked; those of others stay', async () => {
    await event('opened', FIRST)
    await setEvent(job, 'schedule', {})
    github.addPull({ number: 13, state: 'closed' })
    github.addPull({ number: 14, state: 'open' })
    github.addPull({ number: 15, state: 'closed' })
    const release = github.addRelease({ tag: 'mesosize-previews', draft: false })
    for (const name of ['pr-13-a.tgz', 'pr-14-b.tgz', 'pr-15-c.tgz', 'sizes-web@main.json']) {
      github.addAsset(release, { name })
    }
    const open = await preview(12)
    const closed = await preview(13)
    const old = await preview(14)
    const foreign = await preview(13, 'other/elsewhere')
    marathon.cluster.apps.get(old)!.lastConfigChangeAt = '2020-01-01T00:00:00.000Z'
    github.addComment({
      issue: 13,
      body: `<!-- mesosize: ${closed} -->\nrunning`,
      user: { type: 'Bot', association: 'NONE' },
    })

    const run = await remove({ stale: 'true' })
    expect(errorsOf(run)).toEqual([])
    expect(run.outputs).toEqual({
      removed: JSON.stringify([closed]),
      tarballs: JSON.stringify(['pr-13-a.tgz', 'pr-15-c.tgz']),
    })
    expect(run.summary).toContain('Pull request 13 is closed.')
    expect(comments()).toEqual([
      expect.stringContaining('Pull request 13 is closed. `/previews/shop/pr-13/web` has been removed'),
    ])
    expect([...marathon.cluster.apps.keys()]).toEqual([open, old, foreign])

    // One that was put back today has such a versionInfo, too.
    expect((await remove({ stale: 'true', days: '30' })).outputs).toEqual({ removed: '[]', tarballs: '[]' })
    const { tasks } = marathon.cluster.app(old)!
    await expect.poll(() => tasks.length).toBe(1)
    tasks[0]!.stagedAt = '2020-01-01T00:00:01.000Z'
    const second = await remove({ stale: 'true', days: '30' })
    expect(second.outputs).toEqual({ removed: JSON.stringify([old]), tarballs: '["pr-14-b.tgz"]' })
    expect([...marathon.cluster.apps.keys()]).toEqual([open, foreign])
  })
})

describe('remove', () => {
  test('any app, and twice', async () => {
    await setEvent(job, 'workflow_dispatch', {})
    await inMarathon(await app(FIRST, { id: '/web', labels: { 'mesosize.preview': undefined } }))
    expect((await remove({ 'app-id': '/web' })).outputs.removed).toBe('["/web"]')
    expect(marathon.cluster.apps.size).toBe(0)
    const again = await remove({ 'app-id': '/web' })
    expect([again.status, again.outputs.removed]).toEqual([0, '[]'])
  })

  test('also what was uploaded to a server, of every version', async () => {
    const files = await startHttpServer()
    onTestFinished(files.close)
    await event('opened', FIRST)
    await inMarathon(await app(FIRST))
    await event('synchronize', SECOND)
    await inMarathon(
      await app(SECOND, {
        labels: { 'mesosize.ident': 'acme/web/1.0.0/20240202000000', 'mesosize.sha256': 'b'.repeat(64) },
      }),
    )
    const run = await remove({
      'upload-url': `${files.url}/{origin}/{name}/`,
      'upload-headers': 'Authorization: Bearer upload-secret',
    })
    expect(errorsOf(run)).toEqual([])
    expect(files.requests.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual(
      ['20240202000000', '20240101000000'].map(release => [
        'DELETE',
        `/acme/web/pr-12-acme-web-1.0.0-${release}.tgz`,
        'Bearer upload-secret',
      ]),
    )
    expect(leaksOf(job, [run], ['upload-secret'])).toEqual([])
  })
})

describe('bad input', () => {
  test('all of it at once', async () => {
    const run = await runAction(
      job,
      {
        app: '{"id": "Web", "cmd": "x"',
        'marathon-url': 'marathon.example.com',
        'marathon-user': 'ci',
        'dcos-token': 'abcdef',
        'dcos-service-account': '{"uid": "ci"}',
        'ca-file': 'missing.pem',
        timeout: '15',
        'fail-fast': '-1',
        packages: '[{"ident": 1}]',
        colour: 'red',
      },
      { action: 'deploy' },
    )
    expect(run.status).toBe(1)
    expect(run.stdout).toContain('The variable INPUT_COLOUR is not an input of this action, and is ignored.')
    const errors = errorsOf(run)
    for (const text of [
      'timeout: "15" is not a time',
      'fail-fast: "-1" must be a whole number from 0',
      'app: the app definition: is not valid JSON',
      'marathon-url: "marathon.example.com" is not an http or https URL',
      'Credentials of 3 kinds are given',
      'marathon-user: also needs marathon-password',
      'ca-file: "missing.pem" does not exist',
      'packages: it is not a list of packages',
    ]) {
      expect(errors.join('\n')).toContain(text)
    }
  })

  test.each([
    [
      'a URI that no agent can fetch',
      { fetch: [{ uri: 'file:///tmp/a.tgz' }] },
      'No agent can fetch what the app needs',
    ],
    ['an id that Marathon refuses', { id: '/Web' }, 'Marathon would refuse the app definition'],
    ['a group', { apps: [] }, 'a group, or a response'],
  ])('%s is refused before anything is deployed', async (_, change, text) => {
    const whole = JSON.parse(await readFile(await app(FIRST), 'utf8'))
    const definition = 'apps' in change ? change : { ...whole, ...change }
    const run = await runAction(job, { app: JSON.stringify(definition), ...login() }, { action: 'deploy' })
    expect(run.status).toBe(1)
    expect(errorsOf(run).join('\n')).toContain(text)
    expect(marathon.requests).toEqual([])
  })

  test('a pull request from a fork gets no secrets', async () => {
    const pull = { number: 12, head: { sha: FIRST, repo: { full_name: 'someone/shop' } } }
    await setEvent(job, 'pull_request', { action: 'opened', pull_request: pull })
    const run = await runAction(job, { app: await app(FIRST) }, { action: 'deploy' })
    expect(errorsOf(run).join('\n')).toContain('This pull request is from a fork, which gets no secrets')
  })

  test('a preview of another repository', async () => {
    await event('opened', FIRST)
    const run = await deploy(await app(FIRST, { labels: { 'mesosize.preview': 'other/shop#12' } }))
    expect(errorsOf(run)[0]).toContain('it is a preview of other/shop#12, but this run belongs to acme/shop')
  })

  test.each<[Record<string, string>, string[]]>([
    [{}, ['pull-request: the event "schedule" is not about a pull request']],
    [{ stale: 'true', 'app-id': '/web' }, ['app-id, stale: only one can be']],
    [{ days: '3', 'app-id': '/Web' }, ['days: goes with stale', 'app-id: "/Web" must be names']],
    [
      { days: '0', stale: 'true', 'upload-headers': 'A: b' },
      ['days: "0" is not a whole number from 1', 'upload-headers: they go with upload-url'],
    ],
    [{ stale: 'true', 'upload-url': 'ftp://x/' }, ['upload-url: "ftp://x/" is not an http or https URL']],
  ])('remove %j', async (inputs, texts) => {
    await setEvent(job, 'schedule', {})
    const run = await remove(inputs)
    expect(run.status).toBe(1)
    for (const text of texts) expect(errorsOf(run).join('\n')).toContain(text)
    expect(marathon.requests).toEqual([])
  })
})
