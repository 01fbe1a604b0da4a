import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import {
  EXAMPLES,
  finishedTogether,
  makePlace,
  type Place,
  type Run,
  type RunOptions,
  runCli,
  STAND_INS,
  sha256,
  withCpus,
  withUmask,
} from './run-cli.ts'

const RELEASE = '20240102030405'
const key = originKey('acme')

/** Runs an export in a place of its own. @returns what it printed and the digest of its tarball */
async function exported(
  { place, prepare = () => {}, ...options }: { place: Place; prepare?: (place: Place) => void } & RunOptions,
  ...args: string[]
): Promise<{ app: string; digest: string }> {
  for (const [from, to] of [
    [cache.artifacts, place.artifacts],
    [cache.keys, place.keys],
  ] as const) {
    for (const file of readdirSync(from)) copyFileSync(join(from, file), join(to, file))
  }
  prepare(place)
  const folders = ['--artifacts', place.artifacts, '--keys', place.keys]
  const words = ['acme/web', ...folders, ...STAND_INS, '--uri-base', 'https://files.example.com', ...args]
  const run: Run = await runCli(place, words, options)
  expect(run).toMatchObject({ status: 0 })
  const output = join(options.cwd ?? place.work, 'results')
  const tarball = readdirSync(output).find(name => name.endsWith('.tgz'))!
  return { app: run.stdout, digest: sha256(readFileSync(join(output, tarball))) }
}

const finished = finishedTogether()
let cache: Place
let usual: { app: string; digest: string }

beforeAll(async () => {
  cache = await makePlace(finished)
  await writePublicKey(cache.keys, key)
  const lines = Array.from({ length: 80_000 }, (_, n) => `${n} ${Math.imul(n, 2_654_435_761).toString(36)}\n`)
  // Several blocks and less than one, so that threads can finish them in another order.
  const lengths = { libz: 80_000, openssl: 20_000, 'a-lib': 1_000 }
  const libraries = Object.entries(lengths).map(([name, length]) => ({
    ident: `acme/${name}/1.2.3/${RELEASE}`,
    files: { [`lib/${name}.so`]: lines.slice(0, length).join(name), 'bin/tool': name },
  }))
  const web = {
    ident: `acme/web/1.0.0/${RELEASE}`,
    files: { 'hooks/run': '#!/bin/sh\n', 'bin/web': '', 'share/ä': '', 'share/Z': '', 'share/z': '' },
    deps: libraries.map(({ ident }) => ident),
    exports: { http: 'port', admin: 'admin.port' },
    metafiles: { 'default.toml': 'port = 80\n[admin]\nport = 81\n' },
  }
  for (const spec of [...libraries, web]) await writeHart(cache.artifacts, { key, package: spec })
  usual = await exported({ place: await makePlace(finished) })
})

describe('the same packages give the same tarball and app definition', () => {
  test('which holds what was to be packed', () => {
    expect(usual.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.parse(usual.app).labels['mesosize.sha256']).toBe(usual.digest)
  })

  test.each<[string, (place: Place) => RunOptions & { prepare?: (place: Place) => void }]>([
    [
      'in the time zone of Kiritimati, in Turkish, with umask 0, on one CPU, with one thread',
      () => ({
        env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
        wrapper: [...withUmask('0'), ...(missingPrograms('taskset') ? [] : ['taskset', '-c', '0'])],
        preload: [withCpus(1)],
      }),
    ],
    [
      'in the time zone of St John’s, with umask 077, in a folder with another name and another home, with two threads',
      place => {
        const [cwd, home] = [join(place.root, 'überall hier'), join(place.root, 'home of somebody else')]
        for (const folder of [cwd, home]) mkdirSync(folder)
        const env = { TZ: 'America/St_Johns', HOME: home }
        return { cwd, env, wrapper: withUmask('077'), preload: [withCpus(2)] }
      },
    ],
    [
      'from harts with other times, in a folder of another order, with others beside them, with four threads',
      () => ({ prepare: shuffle, preload: [withCpus(4)] }),
    ],
  ])('%s', async (_, options) => {
    const place = await makePlace()
    expect(await exported({ place, ...options(place) })).toEqual(usual)
  })
})

test('other packages give another tarball', async () => {
  const place = await makePlace()
  const hart = join(EXAMPLES, 'artifacts', `example-hello-1.0.0-20240101000000-x86_64-linux.hart`)
  const other = await exported({ place }, hart)
  expect(other.digest).not.toBe(usual.digest)
})

/** Makes the files again, last name first, and others beside them. */
function shuffle({ artifacts }: Place): void {
  const names = readdirSync(artifacts).sort().reverse()
  rmSync(artifacts, { recursive: true })
  mkdirSync(artifacts)
  for (const [n, name] of names.entries()) {
    copyFileSync(join(cache.artifacts, name), join(artifacts, name))
    utimesSync(join(artifacts, name), 0, 1_000_000_000 + n)
  }
  for (const name of readdirSync(join(EXAMPLES, 'artifacts'))) {
    copyFileSync(join(EXAMPLES, 'artifacts', name), join(artifacts, name))
  }
  writeFileSync(join(artifacts, 'acme-web-notes.txt'), 'no hart')
}
