import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silent } from '../../src/lib/report.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { defaultCacheFolder, prepareCacheFolder } from '../../src/package-cache/open.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording, optionWording } from '../../src/settings/wording.ts'

let root: string
const note = vi.fn()
const report = { ...silent, note }
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'package-cache-'))
  note.mockReset()
})
afterEach(() => rm(root, { recursive: true }))

describe("the user's folder", () => {
  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, '/home/me/.cache/mesosize'],
    ['linux', { XDG_CACHE_HOME: '/var/me' }, '/var/me/mesosize'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/me/.cache/mesosize'],
    // "If an implementation encounters a relative path ... it should consider the path invalid and ignore it."
    ['linux', { XDG_CACHE_HOME: 'cache' }, '/home/me/.cache/mesosize'],
    ['freebsd', {}, '/home/me/.cache/mesosize'],
    ['darwin', {}, '/home/me/Library/Caches/mesosize'],
    ['darwin', { XDG_CACHE_HOME: '/var/me' }, '/var/me/mesosize'],
  ])('on %s with %j', (platform, env, folder) => {
    expect(defaultCacheFolder(env, '/home/me', platform)).toBe(folder)
  })
})

describe('a folder', () => {
  test('is made for its user alone, with the folders above it', async () => {
    expect(await prepareCacheFolder(join(root, 'a/b'), report)).toBe(true)
    for (const made of ['a', 'a/b']) expect((await stat(join(root, made))).mode & 0o777).toBe(0o700)
    expect(note).not.toHaveBeenCalled()
  })

  test('that exists is not changed', async () => {
    await chmod(root, 0o755)
    await writeFile(join(root, 'mine'), '')
    expect(await prepareCacheFolder(root, report)).toBe(true)
    expect((await stat(root)).mode & 0o777).toBe(0o755)
    expect(await readdir(root)).toEqual(['mine'])
  })

  test.each([
    [
      'command line',
      optionWording(EXPORT),
      'Name another folder with --cache, or turn the cache off with --no-cache.',
    ],
    // Its folder is the job's.
    ['action', inputWording(EXPORT), 'Turn the cache off with cache: false.'],
  ])(
    'into which everybody may write is not used, and the %s gives advice of its own',
    async (_, word, advice) => {
      wordSettings(word)
      await chmod(root, 0o1777)
      expect(await prepareCacheFolder(root, report)).toBe(false)
      expect(note).toHaveBeenCalledExactlyOnceWith(
        `The package cache ${root} is not used: anyone can write to it. ${advice}`,
      )
    },
  )

  test.skipIf(process.getuid?.() !== 0)('of another user is not used', async () => {
    await mkdir(join(root, 'theirs'))
    await chown(join(root, 'theirs'), 1234, 1234)
    expect(await prepareCacheFolder(join(root, 'theirs'), report)).toBe(false)
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('another user (1234)'))
  })

  test('that cannot be made is not used', async () => {
    await writeFile(join(root, 'file'), '')
    expect(await prepareCacheFolder(join(root, 'file/cache'), report)).toBe(false)
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(join(root, 'file/cache')))
  })
})
