import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { artifactName, candidates, findArtifact } from '../../../src/habitat/sources/artifact-cache.ts'
import { partialName } from '../../../src/lib/partial.ts'

const redis = parseFullIdent('core/redis/7.2.4/20240102030405')
const file = 'core-redis-7.2.4-20240102030405-x86_64-linux.hart'
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'artifact-cache-'))
})
afterEach(() => rm(root, { recursive: true }))

async function folder(name: string, files: readonly string[] = []): Promise<string> {
  const path = join(root, name)
  await mkdir(path)
  for (const each of files) await writeFile(join(path, each), '')
  return path
}

test('artifactName', () => {
  expect(artifactName(redis, 'x86_64-linux')).toBe(file)
})

describe('findArtifact', () => {
  test('takes the first folder that has the file, and passes over what does not exist', async () => {
    const [empty, first, second] = [await folder('a'), await folder('b', [file]), await folder('c', [file])]
    const folders = [join(root, 'missing'), empty, first, second]
    expect(await findArtifact(folders, redis, 'x86_64-linux')).toBe(join(first, file))
    expect(await findArtifact(folders, redis, 'aarch64-linux')).toBeUndefined()
    expect(await findArtifact(folders, { ...redis, release: '20240102030406' }, 'x86_64-linux')).toBe(
      undefined,
    )
  })

  test('takes regular files alone, also through symlinks', async () => {
    const odd = await folder('a')
    await mkdir(join(odd, file))
    const linked = await folder('b')
    await writeFile(join(root, 'elsewhere'), '')
    await symlink('../elsewhere', join(linked, file))
    const dangling = await folder('c')
    await symlink('nowhere', join(dangling, file))
    expect(await findArtifact([odd, dangling, linked], redis, 'x86_64-linux')).toBe(join(linked, file))
  })
})

describe('candidates', () => {
  const others = [
    'core-redis-7.2.5-20240202030405-x86_64-linux.hart',
    'core-redis-cli-1.0-20240102030405-x86_64-linux.hart',
  ]
  const foreign = [
    'core-redis-7.2.4-20240102030405-x86_64-linux-kernel2.hart',
    'core-redis-7.2.4-20240102030405-aarch64-linux.hart',
    'core-redis2-7.2.4-20240102030405-x86_64-linux.hart',
    'mycore-redis-7.2.4-20240102030405-x86_64-linux.hart',
    partialName(file),
    `.${file}`,
    'core-redis-notes.txt',
  ]

  test.each([
    ['core/redis', [file, ...others]],
    ['core/redis/7.2.4', [file]],
    ['core/redis/7.2.4/20240102030405', [file]],
    // The origin "core" with the package "redis-cli", or the other way round: only the hart can tell.
    ['core/redis-cli', [others[1]]],
    ['core-redis/cli', [others[1]]],
    ['core/nothing', []],
  ])('for %s', async (ident, names) => {
    const cache = await folder('a', [...foreign, ...others, file])
    expect(await candidates([join(root, 'missing'), cache], parseIdent(ident), 'x86_64-linux')).toEqual(
      names.map(name => join(cache, name!)),
    )
  })

  test('keeps the order of the folders, and leaves out everything but files', async () => {
    const [b, a] = [await folder('b', [file]), await folder('a', others)]
    await mkdir(join(a, file))
    expect(await candidates([b, a], parseIdent('core/redis'), 'x86_64-linux')).toEqual([
      join(b, file),
      join(a, others[0]!),
      join(a, others[1]!),
    ])
  })
})

test('a folder that cannot be read is an error that names it', async () => {
  const path = join(root, 'file')
  await writeFile(path, '')
  const error = { code: 'ARTIFACTS_UNREADABLE', message: expect.stringContaining(JSON.stringify(path)) }
  await expect(findArtifact([path], redis, 'x86_64-linux')).rejects.toMatchObject(error)
  await expect(candidates([path], redis, 'x86_64-linux')).rejects.toMatchObject(error)
})
