import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Part } from '../../src/codec/tar/entry.ts'
import { pack } from '../../src/image/pack.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder, type PackageCache } from '../../src/package-cache/index.ts'
import { noise } from '../testkit/noise.ts'
import { file } from './fixtures.ts'

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const WRONG = 'f'.repeat(64)

let folder: string
let cache: PackageCache
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-digest-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cache = new CacheFolder({ folder, limit: 1 << 30, encoding: 'e', report: silent })
})

const generated = (text: string): Part => ({ name: 'generated', entries: () => [file('launch', [text])] })
const kept = (name: string): Part => ({
  name,
  cacheKey: name,
  entries: () => [file(name, [noise(name, 5000)])],
})
const PARTS = [generated('one'), kept('first'), kept('second')]

/** @returns the digest that is reported, and the one that the file has */
async function digests(parts: readonly Part[], using: PackageCache) {
  const out = mkdtempSync(join(tmpdir(), 'packed-'))
  onTestFinished(() => rmSync(out, { recursive: true }))
  const [packed] = await pack([{ isLayer: false, parts }], out, {
    compress: async block => encode(block),
    blocksInFlight: 2,
    phase: silent.phase(''),
    cache: using,
  })
  const real = createHash('sha256').update(readFileSync(packed!.path)).digest('hex')
  return { reported: packed!.sha256, real }
}

/** Returns another digest for each known one: a digest that is reported then was not computed. */
const lying: PackageCache = {
  async find(key) {
    const found = await cache.find(key)
    return found && key.startsWith('tarball ') ? { ...found, metadata: WRONG } : found
  },
  create: (key, metadata) => cache.create(key, metadata),
}

test('a digest is computed by the first export, and known to the next', async () => {
  const { reported, real } = await digests(PARTS, cache)
  expect(reported).toBe(real)
  expect(await digests(PARTS, cache)).toEqual({ reported: real, real })
  expect((await digests(PARTS, lying)).reported).toBe(WRONG)
})

test.each<[string, Part[]]>([
  ['what is generated', [generated('two'), kept('first'), kept('second')]],
  ['the order', [generated('one'), kept('second'), kept('first')]],
  ['the number of parts', [generated('one'), kept('first')]],
  ['a part that is not kept', [generated('one'), kept('first'), kept('third')]],
  ['the place of what is generated', [kept('first'), generated('one'), kept('second')]],
])('a tarball that differs in %s has its own digest', async (_, parts) => {
  await digests(PARTS, cache)
  const { reported, real } = await digests(parts, lying)
  expect(reported).toBe(real)
})

test('a tarball without anything generated has one too', async () => {
  await digests([kept('first')], cache)
  expect((await digests([kept('first')], lying)).reported).toBe(WRONG)
})

test('a digest is computed from the file if a kept package turns out to be damaged', async () => {
  await digests(PARTS, cache)
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    // Only the files of packages begin with a gzip member.
    if (bytes[0] === 0x1f) writeFileSync(join(folder, name), bytes.fill(1, 100, 110))
  }
  const { reported, real } = await digests(PARTS, lying)
  expect(reported).toBe(real)
  expect(await digests(PARTS, cache)).toEqual({ reported: real, real })
})
