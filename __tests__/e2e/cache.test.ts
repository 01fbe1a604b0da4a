import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import {
  finishedTogether,
  makePlace,
  type Place,
  type Run,
  type RunOptions,
  runCli,
  STAND_INS,
  sha256,
  snapshot,
} from './run-cli.ts'

const RELEASE = '20240102030405'
const WEB = `acme/web/1.0.0/${RELEASE}`
const key = originKey('acme')

const finished = finishedTogether()
/** Holds the harts; the other places are those of the runs. */
let source: Place
/** Has kept the packages of one export. */
let filled: Place
/** The digest of what that exported. */
let usual: string

beforeAll(async () => {
  source = await makePlace(finished)
  await writePublicKey(source.keys, key)
  const lines = Array.from(
    { length: 100_000 },
    (_, n) => `${n} ${Math.imul(n, 2_654_435_761).toString(36)}\n`,
  )
  const library = { ident: `acme/library/1.2.3/${RELEASE}`, files: { 'lib/library.so': lines.join('') } }
  const web = { ident: WEB, files: { 'hooks/run': '#!/bin/sh\n' }, deps: [library.ident] }
  for (const spec of [library, web]) await writeHart(source.artifacts, { key, package: spec })
  filled = await makePlace(finished)
  usual = (await exported(filled)).digest
}, 60_000)

/** A place whose home has what an export has kept. */
async function placeWithKept(): Promise<Place> {
  const place = await makePlace()
  cpSync(join(filled.home, '.cache'), join(place.home, '.cache'), { recursive: true })
  return place
}

/** A run that finds what the ones before it kept in the home folder. */
function runOnMachine(
  place: Place,
  args: readonly string[],
  { env, ...options }: RunOptions = {},
): Promise<Run> {
  return runCli(place, args, { ...options, env: { XDG_CACHE_HOME: '', ...env } })
}

/** @returns what the program told, and the digest of the tarball */
async function exported(place: Place, args: readonly string[] = [], options: RunOptions = {}) {
  const folders = ['--artifacts', source.artifacts, '--keys', source.keys]
  const run = await runOnMachine(place, [WEB, ...folders, ...STAND_INS, ...args], options)
  expect(run).toMatchObject({ status: 0 })
  const results = join(place.work, 'results')
  const tarball = readdirSync(results).find(name => name.endsWith('.tgz'))!
  const digest = sha256(readFileSync(join(results, tarball)))
  rmSync(results, { recursive: true })
  return { digest, stderr: run.stderr }
}

const sizeOf = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

test("compressed packages are kept in the user's cache folder, for the user alone", async () => {
  const place = await makePlace()
  const folder = join(place.home, '.cache/mesosize')
  const cold = await exported(place)
  expect(cold.digest).toBe(usual)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const kept = snapshot(folder)
  expect(Object.keys(kept).length).toBeGreaterThan(0)
  expect(Object.values(kept).filter(member => !member.startsWith('file 600'))).toEqual([])
  const warm = await exported(place)
  expect(warm.digest).toBe(usual)
  expect(snapshot(folder)).toEqual(kept)
  expect(cold.stderr + warm.stderr).not.toContain('cache')
})

test('a package that was kept needs neither its hart, nor its key, nor Builder', async () => {
  const place = await placeWithKept()
  const without = ['--artifacts', place.artifacts, '--keys', place.keys]
  const run = await runOnMachine(place, [WEB, ...without, ...STAND_INS])
  expect(run).toMatchObject({ status: 0 })
  const [tarball] = readdirSync(join(place.work, 'results')).filter(name => name.endsWith('.tgz'))
  expect(sha256(readFileSync(join(place.work, 'results', tarball!)))).toBe(usual)
  // It is the cache that makes this possible.
  const cold = await runOnMachine(await makePlace(), [WEB, ...without, ...STAND_INS])
  expect(cold.status).toBe(1)
})

test('no thread is started where every package was kept', async () => {
  const noThreads = `import threads from 'node:worker_threads'
    import { syncBuiltinESMExports } from 'node:module'
    threads.Worker = class { constructor() { throw new Error('a thread was started') } }
    syncBuiltinESMExports()`
  const args = [WEB, '--artifacts', source.artifacts, '--keys', source.keys, ...STAND_INS]
  const cold = await runOnMachine(await makePlace(), args, { preload: [noThreads] })
  expect(cold).toMatchObject({ status: 1, stderr: expect.stringContaining('a thread was started') })
  const warm = await exported(await placeWithKept(), [], { preload: [noThreads] })
  expect(warm.digest).toBe(usual)
})

test.each<[string, (place: Place) => { args?: string[]; env?: Record<string, string> }]>([
  ['--cache with a relative path', () => ({ args: ['--cache', '../kept'] })],
  ['XDG_CACHE_HOME', place => ({ env: { XDG_CACHE_HOME: place.root } })],
])('%s names another folder', async (_, options) => {
  const place = await makePlace()
  const { args, env = {} } = options(place)
  const before = new Set(readdirSync(place.root))
  expect((await exported(place, args, { env })).digest).toBe(usual)
  const made = readdirSync(place.root).filter(name => !before.has(name))
  expect(made).toHaveLength(1)
  expect(sizeOf(join(place.root, made[0]!))).toBeGreaterThan(0)
  expect(readdirSync(place.home)).not.toContain('.cache')
})

test.each([
  ['with a cache', []],
  ['without', ['--no-cache']],
])('each hart is opened once, to verify it and to decode it: %s', async (how, args) => {
  const place = await makePlace()
  const log = join(place.root, 'opened')
  const preload = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { open } = fs.promises
    fs.promises.open = (path, ...more) => {
      if (String(path).endsWith('.hart')) fs.appendFileSync(${JSON.stringify(log)}, path + '\\n')
      return open(path, ...more)
    }
    syncBuiltinESMExports()`
  expect((await exported(place, args, { preload: [preload] })).digest).toBe(usual)
  const opened = readFileSync(log, 'utf8').trim().split('\n')
  const harts = new Set(opened)
  expect(harts.size).toBeGreaterThan(2)
  expect(opened.toSorted()).toEqual([...harts].toSorted())
  // Without one, nothing is kept.
  expect(readdirSync(place.home).includes('.cache')).toBe(how === 'with a cache')
})

test('--cache-size is not exceeded', async () => {
  const place = await placeWithKept()
  const folder = join(place.home, '.cache/mesosize')
  const size = Math.floor(sizeOf(folder) / 2)
  const smaller = await exported(place, ['--cache', folder, '--cache-size', `${size}`])
  expect(smaller.digest).toBe(usual)
  expect(sizeOf(folder)).toBeLessThanOrEqual(size)
})

test.each<[string, (folder: string) => void, RegExp]>([
  ['that everybody may write', folder => chmodSync(folder, 0o777), /anyone can write to it/],
  [
    'that cannot be made',
    folder => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
    /EEXIST|ENOTDIR|not a folder/,
  ],
])('a cache folder %s is noted, and the export continues', async (_, spoil, told) => {
  const place = await makePlace()
  const folder = join(place.home, '.cache/mesosize')
  mkdirSync(folder, { recursive: true })
  spoil(folder)
  const { digest, stderr } = await exported(place)
  expect(digest).toBe(usual)
  expect(stderr).toMatch(told)
  expect(stderr).toContain(folder)
})

test('kept packages that are damaged, or a pipe without a writer, are noted, and replaced', async () => {
  const place = await placeWithKept()
  const folder = join(place.home, '.cache/mesosize')
  const names = readdirSync(folder)
  const packages = names.filter(name => !isDigest(join(folder, name)))
  expect(packages).toHaveLength(names.length - 1)
  for (const [index, name] of packages.entries()) damage(join(folder, name), index % 2 === 0)
  const replacing = await exported(place)
  expect(replacing.digest).toBe(usual)
  for (const name of packages) expect(replacing.stderr).toMatch(new RegExp(`${name}.* is not used`))
  expect(readdirSync(folder)).toEqual(names)
  const after = await exported(place)
  expect(after.digest).toBe(usual)
  expect(after.stderr).not.toContain('is not used')
})

test.each([
  ['damaged', true],
  ['a pipe without a writer', false],
])('a kept digest that is %s is replaced without a word', async (_, damaged) => {
  const place = await placeWithKept()
  const folder = join(place.home, '.cache/mesosize')
  const [path] = readdirSync(folder)
    .map(name => join(folder, name))
    .filter(isDigest)
  damage(path!, damaged)
  const { digest, stderr } = await exported(place)
  expect(digest).toBe(usual)
  expect(stderr).toContain(`SHA-256   ${usual}`)
  expect(stderr).not.toContain('note: The kept')
  expect(isDigest(path!)).toBe(true)
})

/** The digest of a tarball, and a checksum, both as hex. */
function isDigest(path: string): boolean {
  return lstatSync(path).isFile() && /^[0-9a-f]{128}$/.test(readFileSync(path, 'latin1'))
}

/** Changes a bit, or puts a pipe in its place. */
function damage(path: string, bit: boolean): void {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length / 2)]! ^= 1
  rmSync(path)
  if (bit) writeFileSync(path, bytes)
  else execFileSync('mkfifo', [path])
}

test('several processes share one cache at the same time', async () => {
  const places = await Promise.all(Array.from({ length: 2 }, () => makePlace()))
  const folder = join(places[0]!.root, 'kept')
  const digests = await Promise.all(
    places.map(async place => (await exported(place, ['--cache', folder])).digest),
  )
  expect(new Set(digests)).toEqual(new Set([usual]))
  expect(readdirSync(folder).filter(name => !name.endsWith('.kept'))).toEqual([])
  expect((await exported(places[0]!, ['--cache', folder])).stderr).not.toContain('is not used')
})
