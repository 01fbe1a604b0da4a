import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { partialName } from '../../../src/lib/partial.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'

const acme = originKey('acme')
const name = { origin: 'acme', revision: '20240101000000' }
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'key-ring-'))
})
afterEach(() => rm(root, { recursive: true }))

test('takes the first folder that has the key', async () => {
  const folders = [join(root, 'missing'), join(root, 'empty'), join(root, 'a'), join(root, 'b')]
  await mkdir(join(root, 'empty'))
  await writePublicKey(join(root, 'a'), acme)
  await mkdir(join(root, 'b'))
  await writeFile(join(root, 'b', `${acme.name}.pub`), 'not read')
  const fetchKey = vi.fn()
  const key = await new KeyRing({ folders, fetchKey }).find(name, '/some.hart')
  expect(key.name).toEqual(name)
  expect(fetchKey).not.toHaveBeenCalled()
})

test('reads this key, not one of an origin whose name begins alike', async () => {
  await writePublicKey(root, originKey('acme-foo'))
  await writePublicKey(root, originKey('acme', '20250101000000'))
  expect((await failure(new KeyRing({ folders: [root] }).find(name, '/some.hart'))).code).toBe('KEY_UNKNOWN')
})

describe('a key that no folder has', () => {
  test('is fetched once and stored as Habitat would', async () => {
    const storeIn = join(root, 'new', 'keys')
    const fetchKey = vi.fn(async () => acme.publicKeyText)
    const ring = new KeyRing({ folders: [storeIn], fetchKey, storeIn })
    const [one, other] = await Promise.all([ring.find(name, '/some.hart'), ring.find(name, '/some.hart')])
    expect(one).toBe(other)
    expect(fetchKey).toHaveBeenCalledExactlyOnceWith(name)
    expect(await readdir(storeIn)).toEqual([`${acme.name}.pub`])
    expect(await readFile(join(storeIn, `${acme.name}.pub`), 'utf8')).toBe(acme.publicKeyText)
    expect((await stat(join(storeIn, `${acme.name}.pub`))).mode & 0o777).toBe(0o444)
    // The next run needs no Builder.
    expect((await new KeyRing({ folders: [storeIn] }).find(name, '/some.hart')).name).toEqual(name)
  })

  test('is stored where killed runs left theirs, which are removed', async () => {
    const [left, current] = [partialName(`${acme.name}.pub`), partialName(`${acme.name}.pub`)]
    for (const each of [left, current]) await writeFile(join(root, each), 'half')
    await utimes(join(root, left), 1, 1)
    await new KeyRing({ folders: [], fetchKey: async () => acme.publicKeyText, storeIn: root }).find(
      name,
      'x',
    )
    expect((await readdir(root)).sort()).toEqual([current, `${acme.name}.pub`].sort())
  })

  test('is used where it cannot be stored', async () => {
    await writeFile(join(root, 'file'), '')
    const ring = new KeyRing({
      folders: [],
      fetchKey: async () => acme.publicKeyText,
      storeIn: join(root, 'file'),
    })
    expect((await ring.find(name, '/some.hart')).name).toEqual(name)
    expect(await readdir(root)).toEqual(['file'])
  })

  test.each([
    ['rubbish', '<html>', /not a public origin key/],
    ['another key', originKey('evil').publicKeyText, /contains the key evil-20240101000000, not acme-2024/],
  ])('is not stored when Builder gives %s', async (_, text, problem) => {
    const ring = new KeyRing({ folders: [], fetchKey: async () => text, storeIn: root })
    const error = await failure(ring.find(name, '/some.hart'))
    expect(error.code).toBe('KEY_FORMAT')
    expect(error.message).toMatch(problem)
    expect(error.message).toContain('Builder')
    expect(await readdir(root)).toEqual([])
  })

  test('and that Builder does not give is named, with where it was looked for', async () => {
    const fetchKey = () => Promise.reject(new MesosizeError('BUILDER_NOT_FOUND', 'Builder does not have it.'))
    const error = await failure(new KeyRing({ folders: [root], fetchKey }).find(name, '/some.hart'))
    expect(error.code).toBe('KEY_UNKNOWN')
    for (const part of ['/some.hart', root, 'Builder does not have it. Put'])
      expect(error.message).toContain(part)
    expect(error.message).toContain('Put acme-20240101000000.pub into a folder and name it with --keys.')
  })

  test('and that nobody can be asked for', async () => {
    expect((await failure(new KeyRing({ folders: [] }).find(name, '/some.hart'))).code).toBe('KEY_UNKNOWN')
  })
})

test('a file with another key in it is an error, not a reason to look on', async () => {
  await writeFile(join(root, `${acme.name}.pub`), originKey('evil').publicKeyText)
  const fetchKey = vi.fn()
  const error = await failure(new KeyRing({ folders: [root], fetchKey }).find(name, '/some.hart'))
  expect(error.code).toBe('KEY_FORMAT')
  expect(error.message).toContain(join(root, `${acme.name}.pub`))
  expect(fetchKey).not.toHaveBeenCalled()
})

test('a key that cannot be read is named', async () => {
  // A folder, because root may read every file.
  await mkdir(join(root, `${acme.name}.pub`))
  await chmod(join(root, `${acme.name}.pub`), 0o700)
  const error = await failure(new KeyRing({ folders: [root] }).find(name, '/some.hart'))
  expect(error.code).toBe('KEY_UNREADABLE')
  expect(error.message).toContain(`${acme.name}.pub`)
})

test.skipIf(missingPrograms('mkfifo'))('does not wait for a pipe without a writer', async () => {
  execFileSync('mkfifo', [join(root, `${acme.name}.pub`)])
  const error = await failure(new KeyRing({ folders: [root] }).find(name, '/some.hart'))
  expect(error.code).toBe('KEY_UNREADABLE')
  expect(error.message).toContain('it is not a regular file')
})
