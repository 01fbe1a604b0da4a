import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { EXAMPLES, makePlace, type Place, problemsOf, runCli, STAND_INS } from './run-cli.ts'

const IDENT = 'acme/proxy/1.0.0/20240101000000'

// What a real hab-plan-build writes for pkg_binds=([backend]=port) and pkg_exports=([port]=front.port).
const proxy: PackageSpec = {
  ident: IDENT,
  files: { 'hooks/run': '#!/bin/sh\nexec sleep 1\n', 'default.toml': '[front]\nport = 80\n' },
  exports: { port: 'front.port' },
  exposes: [80],
  metafiles: { BINDS: 'backend=port\n' },
}

async function placeWith(...packages: PackageSpec[]): Promise<{ place: Place; harts: string[] }> {
  const place = await makePlace()
  await writePublicKey(place.keys, originKey('acme'))
  for (const spec of packages) await writeHart(place.artifacts, { key: originKey('acme'), package: spec })
  return { place, harts: ['--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS] }
}

const refused = [
  `The Supervisor would refuse to start ${IDENT} with these binds:`,
  '  The required bind "backend" is not given. Name a service group that exports "port": --bind backend:SERVICE.GROUP.',
]

test('a required bind that is not given is refused before anything is packed', async () => {
  const { place, harts } = await placeWith(proxy)
  const run = await runCli(place, ['acme/proxy', ...harts])
  expect(run).toMatchObject({ status: 1, stdout: '' })
  expect(problemsOf(run)).toEqual(refused)
  expect(run.stderr).not.toContain('Packing')
  expect(readdirSync(place.work)).toEqual([])
})

test('one that is given is in the command', async () => {
  const { place, harts } = await placeWith(proxy)
  const run = await runCli(place, ['acme/proxy', '--bind', 'backend:haproxy.default', ...harts])
  expect(run).toMatchObject({ status: 0 })
  expect(JSON.parse(run.stdout).cmd).toMatch(/ && exec sh \.\/launch --bind=backend:haproxy\.default$/)
})

test('binds are known from the layer cache, where harts are not read again', async () => {
  const { place, harts } = await placeWith(proxy)
  const cache = ['--cache', join(place.root, 'cache')]
  const args = ['acme/proxy', ...harts, ...cache]
  expect(await runCli(place, [...args, '--bind=backend:haproxy.default'])).toMatchObject({ status: 0 })
  expect(problemsOf(await runCli(place, args))).toEqual(refused)
})

const noTar = missingPrograms('tar', 'xz')
test.skipIf(noTar)(
  `they are read from installed packages${noTar ? ` (SKIPPED: ${noTar})` : ''}`,
  async () => {
    const { place } = await placeWith(proxy)
    const root = join(place.root, 'installed')
    mkdirSync(root)
    for (const folder of [place.artifacts, join(EXAMPLES, 'artifacts')]) {
      for (const file of readdirSync(folder)) {
        execFileSync('/bin/sh', ['-c', 'tail -n +6 "$0" | xz -d | tar -x -C "$1"', join(folder, file), root])
      }
    }
    const args = ['acme/proxy', '--fs-root', root, ...STAND_INS.slice(0, 4)]
    expect(problemsOf(await runCli(place, args))).toEqual(refused)
  },
)

test('only those of the service count', async () => {
  const { place, harts } = await placeWith(proxy, {
    ident: 'acme/web/2.0.0/20240101000000',
    files: { 'hooks/run': '#!/bin/sh\n' },
    deps: [IDENT],
    metafiles: { BINDS_OPTIONAL: 'database=port host\n' },
  })
  const run = await runCli(place, ['acme/web', 'acme/proxy', ...harts])
  expect(run).toMatchObject({ status: 0 })
  expect(run.stderr).toContain(
    'note: Optional binds of acme/web/2.0.0/20240101000000 that are not given: "database" (needs "port" and "host"). To give one, write --bind database:SERVICE.GROUP.\n',
  )
  expect(problemsOf(await runCli(place, ['acme/web', 'acme/proxy', '--bind=backend:a.b', ...harts]))).toEqual(
    [
      expect.stringContaining('refuse to start acme/web/2.0.0/20240101000000'),
      expect.stringContaining(
        '--bind backend:a.b: the package has no bind "backend". Its binds are "database"',
      ),
    ],
  )
})

describe('a command of a patch', () => {
  test.each([
    ['that gives the bind is taken as it is', './launch --bind backend:haproxy.default', []],
    [
      'that does not is warned of',
      './launch',
      [expect.stringMatching(/^warning: The patch replaces the command.* "backend"/)],
    ],
  ])('%s', async (_, cmd, warnings) => {
    const { place, harts } = await placeWith(proxy)
    writeFileSync(join(place.work, 'patch.json'), JSON.stringify({ cmd }))
    const run = await runCli(place, ['acme/proxy', '--patch', 'patch.json', ...harts])
    expect(run).toMatchObject({ status: 0 })
    expect(JSON.parse(run.stdout).cmd).toBe(cmd)
    expect(run.stderr.split('\n').filter(line => line.startsWith('warning:'))).toEqual(warnings)
  })
})
