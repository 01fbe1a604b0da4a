import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { examplePackages, makeExample } from '../../examples/make.ts'
import { writeHart } from '../testkit/hart.ts'
import { BUSYBOX, cannotChroot, missingPrograms } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import { finishedTogether, makePlace, type Place, runCli, startCli } from './run-cli.ts'

const missing = cannotChroot() ?? missingPrograms('nsenter', 'setpriv', 'setsid', 'unshare')
const UNTIL_HEALTHY = ['--until-healthy', '--timeout', '4m']

/** The example's service, with a bind to the first. */
const [front] = examplePackages(BUSYBOX)
  .slice(-1)
  .map(hello => ({
    ...hello,
    ident: hello.ident.replace('hello', 'front'),
    metafiles: { ...hello.metafiles, BINDS: 'backend=http\n' },
  }))

// What docs/ring.md describes. The stand-in for the Supervisor checks binds and peers, but does not gossip.
describe.skipIf(missing)(`two services with a bind${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  const finished = finishedTogether()
  let place: Place

  beforeAll(async () => {
    place = await makePlace(finished)
    await makeExample({ artifactsDir: place.artifacts, keysDir: place.keys, busybox: BUSYBOX })
    await writeHart(place.artifacts, { key: originKey('example'), package: front! })
    await writeFile(
      join(place.work, 'mesosize.toml'),
      `sup-pkg = "stand-in/hab-sup"
      launcher-pkg = "stand-in/hab-launcher"
      artifacts = ["${place.artifacts}"]
      keys = ["${place.keys}"]
      no-cache = true

      [[service]]
      package = "example/hello"
      port-label = ["gossip:VIP_0=/ring:9638"]

      [[service]]
      package = "example/front"
      bind = ["backend:hello.default"]`,
    )
    const exported = await runCli(place, [])
    expect(exported.status, exported.stderr).toBe(0)
  }, 300_000)

  const appFile = (name: string) =>
    join(place.work, 'results', `${front!.ident.replaceAll('/', '-').replace('front', name)}.json`)

  test('are healthy in one ring, exported by one run', async () => {
    const backend = startCli(place, ['run', appFile('hello')])
    const gossip = await new Promise<string>((resolve, reject) => {
      let text = ''
      for (const stream of [backend.child.stdout!, backend.child.stderr!]) {
        stream.on('data', data => {
          text += data
          const [, address] = /gossip +(127\.0\.0\.1:\d+)/.exec(text) ?? []
          if (address) resolve(address)
        })
      }
      backend.ended.then(() => reject(new Error(`ended without an address: ${text}`)), reject)
    })
    const { status, stdout, stderr } = await runCli(place, [
      ...['run', appFile('front'), '--peer', gossip, '--json', ...UNTIL_HEALTHY],
    ])
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      app: '/example/front',
      state: 'ok',
      instances: [{ healthyAfter: expect.any(Number) }],
    })
    backend.child.kill('SIGTERM')
    await backend.ended
  })
})
