import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeExample } from '../../examples/make.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import { BUSYBOX, cannotChroot } from '../testkit/machine.ts'
import { mountsNear } from './mounts.ts'
import { processesIn } from './processes.ts'
import { errorsOf, leaksOf, makeJob, runAction } from './run-action.ts'
import { finishedTogether, makePlace, type Place } from './run-cli.ts'

const missing = cannotChroot()

describe.skipIf(missing)(`an image that is tried first${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  let shared: Place
  const finished = finishedTogether()
  beforeAll(async () => {
    shared = await makePlace(finished)
    await makeExample({ artifactsDir: shared.artifacts, keysDir: shared.keys, busybox: BUSYBOX })
  })

  /** Runs the action, which publishes to a server. */
  async function publish(inputs: Record<string, string>, patch?: object) {
    const server = await startHttpServer()
    onTestFinished(() => server.close())
    const job = await makeJob()
    const mounts = mountsNear(job.root)
    if (patch) writeFileSync(join(job.workspace, 'patch.json'), JSON.stringify(patch))
    const run = await runAction(job, {
      package: 'example/hello',
      'use-hab': 'false',
      artifacts: shared.artifacts,
      keys: shared.keys,
      cache: 'false',
      'builder-url': 'http://127.0.0.1:1',
      'supervisor-package': 'stand-in/hab-sup',
      'launcher-package': 'stand-in/hab-launcher',
      publish: 'http',
      'upload-url': `${server.url}/a/`,
      try: 'true',
      ...(patch && { patch: 'patch.json' }),
      ...inputs,
    })
    expect(readdirSync(job.temp)).toEqual([])
    expect(processesIn(job.root)).toEqual([])
    expect(mountsNear(job.root)).toEqual(mounts)
    expect(run.badGroups).toEqual([])
    return { run, job, files: [...server.files.keys()] }
  }

  const outputOf = ({ groups }: Awaited<ReturnType<typeof publish>>['run']) =>
    groups.find(({ title }) => title === 'Try')!.lines

  test('is published once it is healthy, and the summary says how long that took', async () => {
    const { run, job, files } = await publish({ 'try-timeout': '4m', env: 'PASSWORD=hunter22\nHAB_HELLO={}' })
    expect(errorsOf(run)).toEqual([])
    expect(run.status).toBe(0)
    expect(files).toEqual(['/a/example-hello-1.0.0-20240102000000.tgz'])
    expect(run.summary).toMatch(/^\| Tried \| healthy after \d+\.\d s \|$/m)
    expect(outputOf(run)).toContain('hello-1 | hello: stopped')
    expect(JSON.parse(run.outputs.app!).fetch[0].uri).toMatch(/^http:/)
    // It is in the app definition, which is an output, and nowhere else.
    const leaks = leaksOf(job, [{ ...run, stdout: outputOf(run).join('\n') }], ['hunter22'])
    expect(leaks.filter(leak => !/\.json$|runner\/step_/.test(leak))).toEqual([])
  })

  test('is not published if it crashes, and the annotation has its last lines', async () => {
    const cmd =
      "i=1; while [ $i -le 30 ]; do echo line $i; i=$((i + 1)); done; printf '::error::\\033[2Jfake\\n' >&2; exit 3"
    const { run, files } = await publish({}, { cmd })
    expect(run.status).toBe(1)
    expect(files).toEqual([])
    const [error, ...others] = errorsOf(run)
    expect(others).toEqual([])
    const lines = error!.split('\n')
    expect(lines[0]).toMatch(/^The image was tried: ended with status 3 after .* s, before it was healthy\.$/)
    expect(lines.at(-1)).toBe(
      'Nothing was published. Fix the service, or leave try out if it cannot run without others.',
    )
    // The streams are two pipes: their order to each other is not known.
    expect(lines.slice(1, -1)).toHaveLength(10)
    expect(lines).toContain('line 30')
    expect(outputOf(run)).toContain('hello-1 | line 1')
    expect(outputOf(run)).toContain('hello-1 | ::error::\\x1b[2Jfake')
  })

  test('is not published if it cannot be started', async () => {
    const { run, files } = await publish({}, { user: 'no-such-user' })
    expect(files).toEqual([])
    expect(errorsOf(run)).toEqual([
      expect.stringMatching(
        /^The image could not be started\.\nmesosize: user: "no-such-user" does not exist .*\nNothing was published\. /,
      ),
    ])
  })
})
