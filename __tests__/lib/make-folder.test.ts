import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../../src/lib/make-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mesosize-files-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})

describe('a folder is made', () => {
  test('with those above it, and the topmost is named', async () => {
    expect(await makeFolder(join(folder, 'a/b/c'), 0o700)).toBe(join(folder, 'a'))
    for (const name of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700)
  })

  test('or is there', async () => {
    await mkdir(join(folder, 'a'))
    await symlink('a', join(folder, 'link'))
    expect(await makeFolder(join(folder, 'a'))).toBeUndefined()
    expect(await makeFolder(join(folder, 'link'))).toBeUndefined()
    expect(await makeFolder(join(folder, 'link/b'))).toBe(join(folder, 'link/b'))
    expect(existsSync(join(folder, 'a/b'))).toBe(true)
    expect(await makeFolder('/')).toBeUndefined()
  })

  test('by several at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(folder, 'a/b/c'))))
    expect(existsSync(join(folder, 'a/b/c'))).toBe(true)
  })

  test('relative to the working folder', async () => {
    expect(await makeFolder('.')).toBeUndefined()
  })
})

describe('a folder that cannot be made', () => {
  test.each([
    ['in a file', 'file/a', 'ENOTDIR'],
    ['in the place of a file', 'file', 'EEXIST'],
    ['behind a link that leads nowhere', 'link/a/b', 'EEXIST'],
  ])('%s', async (_what, name, code) => {
    await writeFile(join(folder, 'file'), '')
    await symlink('nowhere/at/all', join(folder, 'link'))
    await expect(makeFolder(join(folder, name))).rejects.toMatchObject({ code })
  })

  // There, node's own mkdir with `recursive` never ends.
  test.skipIf(process.platform !== 'linux').each(['/proc/none', '/proc/none/a/b'])('%s', async path => {
    await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
