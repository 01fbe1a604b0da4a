import { chmodSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeExample } from '../../../examples/make.ts'
import { deployApp } from '../../../src/marathon/deploy/deploy.ts'
import { removeApp } from '../../../src/marathon/deploy/remove.ts'
import { type App, ask, type Cluster, runTask } from '../../e2e/agent.ts'
import { killProcessesIn, processesIn } from '../../e2e/processes.ts'
import { makePlace, type Place, runCli } from '../../e2e/run-cli.ts'
import { BUSYBOX, cannotChroot, missingPrograms } from '../../testkit/machine.ts'
import { clientOf, marathonServer } from '../api/marathons.ts'

const missing = cannotChroot() ?? missingPrograms('dash', 'gzip', 'hostname', 'rm', 'setpriv')

describe.skipIf(missing)(
  `from an export to a service and back${missing ? ` (SKIPPED: ${missing})` : ''}`,
  () => {
    const agent: Cluster = {
      programs: { sh: 'dash', tar: 'tar', gzip: 'gzip', rm: 'rm' },
      fetcher: 'libarchive',
      umask: '022',
      sandboxMode: 0o750,
      filesystemLinux: false,
      envVarsPrefix: '',
    }
    let place: Place
    let removePlace: () => Promise<void>

    beforeEach(async () => {
      place = await makePlace(remove => {
        removePlace = remove
      })
      chmodSync(place.root, 0o755)
    })
    afterEach(async () => {
      await expect.poll(() => killProcessesIn(place.root)).toBe(0)
      await removePlace()
    })

    async function exportHello(): Promise<App> {
      await makeExample({ artifactsDir: place.artifacts, keysDir: place.keys, busybox: BUSYBOX })
      const { status, stdout, stderr } = await runCli(place, [
        'example/hello',
        ...['--artifacts', place.artifacts, '--keys', place.keys],
        ...['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher'],
        ...['--output-dir', place.root, '--uri-base', `file://${place.root}`],
      ])
      expect(status, stderr).toBe(0)
      return JSON.parse(stdout)
    }

    const quick = {
      now: () => performance.now(),
      sleep: () => new Promise<void>(resolve => setTimeout(resolve, 100)),
    }

    test('deployed, healthy, answering, removed', async () => {
      const app = await exportHello()
      const server = await marathonServer({
        pace: 50,
        start: definition => runTask(definition as App, agent, place.root),
      })
      const { marathon, report } = clientOf(server.url)
      const tools = { report, clock: quick }
      const definition = JSON.parse(JSON.stringify(app))

      const result = await deployApp(
        marathon,
        definition,
        { allowUnfetchableUri: true, timeout: 250_000 },
        tools,
      )
      expect(result, report.notes.join('\n')).toMatchObject({ state: 'finished' })
      const http = result.endpoints.find(({ name }) => name === 'http')!
      expect(await ask(http.port, '/')).toMatchObject({
        status: 200,
        text: expect.stringContaining('<p>Hello from Habitat</p>'),
      })

      const framework = (await (await fetch(`${server.url}/v2/info`)).json()) as { frameworkId: string }
      const path = `/frameworks/${framework.frameworkId}/executors/${http.taskId}/runs/latest/stdout`
      const read = await fetch(`${server.agentUrl}/files/read?path=${encodeURIComponent(path)}&offset=0`)
      expect(await read.json()).toMatchObject({ offset: 0, data: expect.any(String) })

      const options = { force: true, timeout: 250_000 }
      expect(await removeApp(marathon, app.id, options, tools)).toBe('removed')
      expect(await ask(http.port, '/')).toBeUndefined()
      expect(processesIn(place.root)).toEqual([])
    })

    test('whose command fails, and whose words can be read from the sandbox', async () => {
      const app = { ...(await exportHello()), cmd: 'echo "cannot open /hab" >&2; exit 7' }
      const server = await marathonServer({
        pace: 50,
        start: definition => runTask(definition as App, agent, place.root),
      })
      const { marathon, report } = clientOf(server.url)
      const definition = JSON.parse(JSON.stringify(app))
      const options = { allowUnfetchableUri: true, failFast: 1, timeout: 250_000 }
      const result = await deployApp(marathon, definition, options, { report, clock: quick })
      expect(result.state).toBe('failed')
      expect(result.message).toContain('ended as TASK_FAILED: "Command exited with status 7"')
      const { frameworkId } = (await (await fetch(`${server.url}/v2/info`)).json()) as { frameworkId: string }
      const path = `/frameworks/${frameworkId}/executors/${result.culprit!.taskId}/runs/latest/stderr`
      const query = `path=${encodeURIComponent(path)}&offset=0&length=100`
      for (const base of [server.agentUrl, `${server.origin}/agent/${result.culprit!.slaveId}`]) {
        expect(await (await fetch(`${base}/files/read?${query}`)).json()).toEqual({
          data: 'cannot open /hab\n',
          offset: 0,
        })
      }
    })
  },
)
