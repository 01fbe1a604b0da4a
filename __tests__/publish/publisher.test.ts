import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NamedTarball } from '../../src/image/tarball.ts'
import { type Publisher, withPrefix } from '../../src/publish/publisher.ts'
import { locate, locateOne, makeLayers, makeTarball } from './recorder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publisher-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Says what it was given, by the URIs. */
const echo: Publisher = async tarballs =>
  tarballs.map((each: NamedTarball) => ({ ...each, location: { uri: `echo:${each.name}` } }))

test('a prefix is for where the tarball of a whole image goes, and for its name nowhere else', async () => {
  const tarball = await makeTarball(folder)
  expect(await locateOne(withPrefix('pr-12-', echo), tarball)).toEqual({ uri: `echo:pr-12-${tarball.name}` })
})

test('layers, which other images share, keep their names', async () => {
  const layers = await makeLayers(folder, [100, 200])
  const locations = await locate(withPrefix('pr-12-', echo), layers)
  expect(locations.map(({ uri }) => uri)).toEqual(layers.map(({ name }) => `echo:${name}`))
})
