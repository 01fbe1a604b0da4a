import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import {
  EXAMPLES,
  type Finished,
  finishedTogether,
  makePlace,
  type Place,
  problemsOf,
  type Run,
  runCli,
  STAND_INS,
} from './run-cli.ts'

const IDENT = 'acme/proxy/1.0.0/20240101000000'

// What a real hab-plan-build writes for pkg_binds=([backend]=port) and pkg_exports=([port]=front.port).
const proxy: PackageSpec = {
  ident: IDENT,
  files: { 'hooks/run': '#!/bin/sh\nexec sleep 1\n', 'default.toml': '[front]\nport = 80\n' },
  exports: { port: 'front.port' },
  exposes: [80],
  metafiles: { BINDS: 'backend=port\n' },
}

async function placeWith(
  packages: PackageSpec[],
  finished?: Finished,
): Promise<{ place: Place; harts: string[] }> {
  const place = await makePlace(finished)
  await writePublicKey(place.keys, originKey('acme'))
  for (const spec of packages) await writeHart(place.artifacts, { key: originKey('acme'), package: spec })
  return { place, harts: ['--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS] }
}

const refused = [
  `The Supervisor would refuse to start ${IDENT} with these binds:`,
  '  The required bind "backend" is not given. Name a service group that exports "port": --bind backend:SERVICE.GROUP.',
]

test('a required bind that is not given is refused before anything is packed', async () => {
  const { place, harts } = await placeWith([proxy])
  const run = await runCli(place, ['acme/proxy', ...harts])
  expect(run).toMatchObject({ status: 1, stdout: '' })
  expect(problemsOf(run)).toEqual(refused)
  expect(run.stderr).not.toContain('Packing')
  expect(readdirSync(place.work)).toEqual([])
})

describe('of an export that was given one', () => {
  const finished = finishedTogether()
  let place: Place
  let args: string[]
  let run: Run
  beforeAll(async () => {
    const made = await placeWith([proxy], finished)
    place = made.place
    args = ['acme/proxy', ...made.harts, '--cache', join(place.root, 'cache')]
    run = await runCli(place, [...args, '--bind', 'backend:haproxy.default'])
  })

  test('it is in the command', () => {
    expect(run).toMatchObject({ status: 0 })
    expect(JSON.parse(run.stdout).cmd).toMatch(/ && exec sh \.\/launch --bind=backend:haproxy\.default$/)
  })

  test('binds are known from the package cache, where harts are not read again', async () => {
    expect(problemsOf(await runCli(place, args))).toEqual(refused)
  })

  test.each([
    ['that gives the bind is taken as it is', './launch --bind backend:haproxy.default', []],
    [
      'that does not is warned of',
      './launch',
      [expect.stringMatching(/^warning: The patch replaces the command.* "backend"/)],
    ],
  ])('a command of a patch %s', async (_, cmd, warnings) => {
    writeFileSync(join(place.work, 'patch.json'), JSON.stringify({ cmd }))
    const run = await runCli(place, [...args, '--patch', 'patch.json'])
    expect(run).toMatchObject({ status: 0 })
    expect(JSON.parse(run.stdout).cmd).toBe(cmd)
    expect(run.stderr.split('\n').filter(line => line.startsWith('warning:'))).toEqual(warnings)
  })
})

const noTar = missingPrograms('tar', 'xz')
test.skipIf(noTar)(
  `they are read from installed packages${noTar ? ` (SKIPPED: ${noTar})` : ''}`,
  async () => {
    const { place } = await placeWith([proxy])
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
  const web: PackageSpec = {
    ident: 'acme/web/2.0.0/20240101000000',
    files: { 'hooks/run': '#!/bin/sh\n' },
    deps: [IDENT],
    metafiles: { BINDS_OPTIONAL: 'database=port host\n' },
  }
  const { place, harts } = await placeWith([proxy, web])
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
