import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  type FileHandle,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder, type KeptPackage } from '../../src/package-cache/folder.ts'
import { sweepCache } from '../../src/package-cache/sweep.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { openFilesBelow } from '../testkit/open-files.ts'

let folder: string
const note = vi.fn()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-cache-'))
  note.mockReset()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function open(options: { encoding?: string; limit?: number } = {}): CacheFolder {
  return new CacheFolder({
    folder,
    encoding: 'gzip 1',
    limit: 1 << 24,
    report: { ...silent, note },
    ...options,
  })
}

const members = ['first ', 'second'].map(text => gzipSync(text))
const metadata = { name: 'größe', list: [1, 2] }

async function keep(
  key: string,
  { cache = open(), content = members, about = metadata as unknown } = {},
): Promise<void> {
  const writer = await cache.create(key, about)
  for (const member of content) await writer.write(Uint8Array.from(member), 6)
  await writer.commit()
}

async function bytesOf(pkg: KeptPackage | undefined): Promise<Buffer> {
  const chunks: Buffer[] = []
  // Copied, because a chunk is there only until the next one is asked for.
  for await (const chunk of pkg!.chunks()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The file of what was kept: there is one. */
async function only(): Promise<string> {
  const names = await readdir(folder)
  expect(names).toHaveLength(1)
  return join(folder, names[0]!)
}

async function lastUsed(key: string, seconds: number): Promise<void> {
  const before = await readdir(folder)
  await keep(key)
  const [name] = (await readdir(folder)).filter(each => !before.includes(each))
  await utimes(join(folder, name!), seconds, seconds)
}

async function kept(...keys: string[]): Promise<string[]> {
  const found = await Promise.all(keys.map(async key => ((await open().find(key)) ? [key] : [])))
  return found.flat()
}

test.skipIf(missingPrograms('mkfifo'))(
  'a named pipe where a kept package should be is replaced without waiting',
  async () => {
    await keep('app')
    const path = await only()
    await rm(path)
    spawnSync('mkfifo', [path])
    expect(await open().find('app')).toBeUndefined()
    expect(note).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(`${path} is not used: it is not a regular file.`),
    )
    await keep('app')
    expect(await kept('app')).toEqual(['app'])
  },
)

describe('a package that was kept', () => {
  test('is found by another, with what was kept beside it', async () => {
    await keep('app')
    const pkg = await open().find('app')
    const bytes = Buffer.concat(members)
    expect(pkg).toMatchObject({ metadata, size: 12, packed: bytes.length })
    for (let time = 0; time < 2; time++) expect((await bytesOf(pkg)).equals(bytes)).toBe(true)
    expect(note).not.toHaveBeenCalled()
  })

  test('is larger than one chunk', async () => {
    const large = Buffer.alloc(3_000_001, 'abcdefg')
    await keep('large', { content: [large] })
    expect((await bytesOf(await open().find('large'))).equals(large)).toBe(true)
  })

  test('has no members', async () => {
    await keep('alias', { content: [], about: 'app' })
    const pkg = await open().find('alias')
    expect(pkg).toMatchObject({ metadata: 'app', size: 0, packed: 0 })
    expect(await bytesOf(pkg)).toHaveLength(0)
  })

  test('is not found under another key or of another encoding', async () => {
    await keep('app')
    expect(await open().find('ap')).toBeUndefined()
    expect(await open({ encoding: 'gzip 2' }).find('app')).toBeUndefined()
    // Key and encoding cannot run into each other.
    expect(await open({ encoding: 'gzip 1\nap' }).find('p')).toBeUndefined()
    expect(note).not.toHaveBeenCalled()
  })

  test('can be read by its user alone', async () => {
    await keep('app')
    expect((await stat(await only())).mode & 0o777).toBe(0o600)
  })

  test('is replaced by a later one', async () => {
    await keep('app')
    await keep('app', { about: 'later' })
    expect(await open().find('app')).toMatchObject({ metadata: 'later' })
    await only()
  })
})

test('what is abandoned leaves nothing', async () => {
  const writer = await open().create('app', metadata)
  await writer.write(Uint8Array.from(members[0]!), 6)
  await writer.abandon()
  await writer.commit()
  expect(await readdir(folder)).toEqual([])
})

/** Waits until this many files are there: a writer returns before it has written. */
function untilThere(count: number): Promise<unknown> {
  return vi.waitUntil(async () => (await readdir(folder)).length === count, { timeout: 250_000 })
}

test('an unfinished package is not found', async () => {
  const writer = await open().create('app', metadata)
  await writer.write(Uint8Array.from(members[0]!), 6)
  await untilThere(1)
  expect(await open().find('app')).toBeUndefined()
})

describe('a disk that does not keep up', () => {
  const member = () => new Uint8Array(1 << 20)
  /** Lets no write to the disk end before `goOn` is called. */
  async function stopDisk(): Promise<{ goOn: () => void }> {
    const probe = await openFile(join(folder, '.probe'), 'w')
    let goOn = () => {}
    const going = new Promise<void>(resolve => {
      goOn = resolve
    })
    const prototype = Object.getPrototypeOf(probe) as FileHandle
    const { writeFile } = prototype
    vi.spyOn(prototype, 'writeFile').mockImplementation(async function (this: FileHandle, ...words) {
      await going
      return writeFile.apply(this, words)
    })
    await probe.close()
    await rm(join(folder, '.probe'))
    return { goOn }
  }
  afterEach(() => vi.restoreAllMocks())

  test('delays a writer only when much is unwritten', async () => {
    const { goOn } = await stopDisk()
    const cache = open()
    const writers = [await cache.create('a', 1), await cache.create('b', 2)]
    const given: Uint8Array[] = []
    for (let count = 0; count < 8; count++) {
      given.push(member())
      await writers[count % 2]!.write(given.at(-1)!, 1)
    }
    let waits = true
    const ninth = writers[0]!.write(member(), 1).then(() => {
      waits = false
    })
    await readdir(folder)
    expect(waits).toBe(true)
    goOn()
    await ninth
    await Promise.all(writers.map(writer => writer.commit()))
    expect(given.map(({ length }) => length)).toEqual(Array(8).fill(0))
    expect((await bytesOf(await open().find('a'))).length).toBe(5 << 20)
    expect((await bytesOf(await open().find('b'))).length).toBe(4 << 20)
  })

  test('leaves nothing of a package that is abandoned meanwhile', async () => {
    const { goOn } = await stopDisk()
    const writer = await open().create('app', 1)
    await writer.write(member(), 1)
    const abandoned = writer.abandon()
    goOn()
    await abandoned
    expect(await readdir(folder)).toEqual([])
    expect(note).not.toHaveBeenCalled()
  })
})

test('two that write one package at the same time do not write into one file', async () => {
  const writers = await Promise.all([open().create('app', 1), open().create('app', 1)])
  for (const member of members) {
    await Promise.all(writers.map(writer => writer.write(Uint8Array.from(member), 6)))
  }
  await Promise.all(writers.map(writer => writer.commit()))
  expect((await bytesOf(await open().find('app'))).equals(Buffer.concat(members))).toBe(true)
  await only()
})

describe('a damaged package', () => {
  /** Reads all of it. @returns whether it was refused, at whatever point */
  async function refused(): Promise<boolean> {
    const pkg = await open().find('app')
    if (!pkg) return true
    try {
      await bytesOf(pkg)
      return false
    } catch (error) {
      expect(error).toMatchObject({ code: 'KEPT_PACKAGE_UNUSABLE' })
      return true
    }
  }

  test('is refused wherever one bit of it changed, and wherever it is truncated', async () => {
    await keep('app')
    const path = await only()
    const sound = await readFile(path)
    for (let at = 0; at < sound.length; at++) {
      const damaged = Buffer.from(sound)
      damaged[at]! ^= 1
      await writeFile(path, damaged)
      expect([at, await refused()]).toEqual([at, true])
      await writeFile(path, sound.subarray(0, at))
      expect([at, await refused()]).toEqual([at, true])
    }
    expect(note).toHaveBeenCalledTimes(2 * sound.length)
    expect(note).toHaveBeenCalledWith(expect.stringContaining(path))
  })

  test.each<[string, (sound: Buffer) => Uint8Array]>([
    ['longer', sound => Buffer.concat([sound, Buffer.from('x')])],
    ['longer at its start', sound => Buffer.concat([Buffer.from('x'), sound])],
    ['of zeros', sound => Buffer.alloc(sound.length)],
    ['no kept package at all', () => Buffer.from('{"key": "app"}'.repeat(10))],
    // A length that no file has, where the format has it.
    ['of a huge description', sound => Buffer.from(sound).fill(0xff, sound.length - 40, sound.length - 32)],
  ])('that is %s', async (_, damage) => {
    await keep('app')
    const path = await only()
    await writeFile(path, damage(await readFile(path)))
    expect(await refused()).toBe(true)
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(path))
  })

  test.each<[string, object]>([
    ['no key', { key: undefined }],
    ['another size of the members', { packed: 1 }],
    ['a size that is none', { size: -1 }],
    ['a digest that is none', { hash: 'none' }],
  ])('whose description is whole and has %s', async (_, change) => {
    await keep('app')
    const path = await only()
    const bytes = await readFile(path)
    const length = Number(bytes.readBigUInt64BE(bytes.length - 40))
    const start = bytes.length - 48 - length
    const description = JSON.parse(bytes.toString('utf8', start, start + length))
    const json = Buffer.from(JSON.stringify({ ...description, ...change }))
    const jsonLength = Buffer.alloc(8)
    jsonLength.writeBigUInt64BE(BigInt(json.length))
    const digest = createHash('sha256').update(json).digest()
    await writeFile(
      path,
      Buffer.concat([bytes.subarray(0, start), json, Buffer.from('MESOPKG3'), jsonLength, digest]),
    )
    expect(await open().find('app')).toBeUndefined()
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(path))
  })

  test('that has the name of another', async () => {
    await keep('app')
    const path = await only()
    await rm(path)
    await keep('other')
    await rename(await only(), path)
    expect(await open().find('app')).toBeUndefined()
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('another package'))
  })

  test('is put right by the next one', async () => {
    await keep('app')
    await writeFile(await only(), 'damaged')
    await keep('app')
    expect(await refused()).toBe(false)
    await only()
  })
})

test('a package that another process removed does not count as damaged', async () => {
  await keep('app')
  const pkg = await open().find('app')
  await rm(await only())
  await expect(bytesOf(pkg)).rejects.toMatchObject({ code: 'KEPT_PACKAGE_UNUSABLE' })
  expect(note).not.toHaveBeenCalled()
})

test('reading that ends early keeps no file open', async () => {
  await keep('large', { content: [Buffer.alloc(3 << 20)] })
  const pkg = await open().find('large')
  for await (const chunk of pkg!.chunks()) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(openFilesBelow(folder)).toEqual([])
})

test('packages that are read at the same time do not mix', async () => {
  const contents = ['abcdefg', 'ABCDEFGHIJK'].map(text => Buffer.alloc(3_500_000, text))
  for (const [index, content] of contents.entries()) await keep(`${index}`, { content: [content] })
  const cache = open()
  const found = await Promise.all(contents.map((_, index) => cache.find(`${index}`)))
  const read = await Promise.all(found.map(bytesOf))
  expect(read.map((bytes, index) => bytes.equals(contents[index]!))).toEqual([true, true])
})

test('a package that is truncated while it is read is refused', async () => {
  await keep('large', { content: [Buffer.alloc(5 << 20)] })
  const pkg = await open().find('large')
  const path = await only()
  const reading = (async () => {
    for await (const chunk of pkg!.chunks()) {
      expect(chunk.length).toBeGreaterThan(0)
      await truncate(path, 1 << 20)
    }
  })()
  await expect(reading).rejects.toMatchObject({ code: 'KEPT_PACKAGE_UNUSABLE' })
  expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('it is truncated'))
})

describe('a folder that cannot be written', () => {
  test('is reported once, and nothing fails', async () => {
    const cache = open()
    await rm(folder, { recursive: true })
    for (const key of ['one', 'two']) await keep(key, { cache })
    expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(folder))
    expect(await cache.find('one')).toBeUndefined()
  })

  test('in the middle of a package', async () => {
    const cache = open()
    const writer = await cache.create('app', metadata)
    await writer.write(Uint8Array.from(members[0]!), 6)
    await rm(folder, { recursive: true })
    await writer.write(Uint8Array.from(members[1]!), 6)
    await writer.commit()
    await cache.sweep()
    expect(note).toHaveBeenCalledWith(expect.stringContaining('cannot be written'))
  })
})

describe('the limit', () => {
  test('takes the packages that were used least recently', async () => {
    for (const [key, time] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const)
      await lastUsed(key, time)
    const { size } = await stat(join(folder, (await readdir(folder))[0]!))
    await open({ limit: 2 * size }).sweep()
    expect(await kept('a', 'b', 'c')).toEqual(['a', 'c'])
  })

  test('takes digests that were used before packages for which there is no room', async () => {
    for (const [key, time] of [
      ['a', 300],
      ['b', 200],
    ] as const)
      await lastUsed(key, time)
    const packages = await readdir(folder)
    const { size } = await stat(join(folder, packages[0]!))
    await open().keepDigest('tarball', 'f'.repeat(64))
    const [name = ''] = (await readdir(folder)).filter(each => !packages.includes(each))
    await utimes(join(folder, name), 100, 100)
    await open({ limit: 1.5 * size }).sweep()
    expect(await open().findDigest('tarball')).toBeUndefined()
    expect(await kept('a', 'b')).toEqual(['a'])
  })

  test('counts finding as use', async () => {
    for (const [key, time] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const)
      await lastUsed(key, time)
    const { size } = await stat(join(folder, (await readdir(folder))[0]!))
    await open().find('b')
    await open({ limit: 2 * size }).sweep()
    expect(await kept('a', 'b', 'c')).toEqual(['a', 'b'])
  })

  test('leaves out one that is too large alone, and keeps the others', async () => {
    await lastUsed('a', 100)
    await keep('large', { content: [Buffer.alloc(2 << 20)] })
    await open({ limit: 1 << 20 }).sweep()
    expect(await kept('a', 'large')).toEqual(['a'])
  })

  test('holds while many are written, without anyone asking', async () => {
    const cache = open({ limit: 1 << 20 })
    for (let count = 0; count < 60; count++) {
      await keep(`${count}`, { cache, content: [Buffer.alloc(64 << 10)] })
      const stats = await Promise.all((await readdir(folder)).map(name => stat(join(folder, name))))
      const total = stats.reduce((sum, { size }) => sum + size, 0)
      // What one sweep may leave behind: a sixteenth, and the package that was written.
      expect(total).toBeLessThan((1 << 20) * (17 / 16) + (65 << 10))
    }
    expect(await kept('0', '59')).toEqual(['59'])
  })

  test('takes what nobody used since a time', async () => {
    await lastUsed('old', 100)
    await keep('new')
    await sweepCache(folder, { limit: 1 << 20, usedSince: new Date(200_000) })
    expect(await kept('old', 'new')).toEqual(['new'])
  })
})

test('what writers left that never ended is removed when it is old; other files never', async () => {
  const abandoned = await open().create('abandoned', 1)
  await abandoned.write(Uint8Array.from(members[0]!), 6)
  await untilThere(1)
  const stale = await only()
  const writing = await open().create('writing', 1)
  await writing.write(Uint8Array.from(members[0]!), 6)
  await untilThere(2)
  const hourAndMore = Date.now() / 1000 - 4000
  await utimes(stale, hourAndMore, hourAndMore)
  const others = ['notes.txt', 'my.kept', 'my.layer', '.partial']
  for (const name of others) {
    await writeFile(join(folder, name), 'mine')
    await utimes(join(folder, name), hourAndMore, hourAndMore)
  }
  await open({ limit: 1 }).sweep()
  expect(await readdir(folder)).toEqual(expect.arrayContaining(others))
  expect(await readdir(folder)).toHaveLength(others.length + 1)
  await writing.commit()
  expect(await kept('writing')).toEqual(['writing'])
})

test('files of the former format are not used, and removed when they are old', async () => {
  const [old, oldPartial, recent] = ['a', 'b', 'c'].map(digit => `${digit.repeat(64)}.layer`)
  const stale = [old!, `.${oldPartial}.0a1b2c.partial`]
  for (const name of [...stale, recent!]) await writeFile(join(folder, name), 'former')
  const hourAndMore = Date.now() / 1000 - 4000
  for (const name of stale) await utimes(join(folder, name), hourAndMore, hourAndMore)
  await keep('app')
  await open().sweep()
  expect(await kept('app')).toEqual(['app'])
  // An older Mesosize may be using it.
  expect((await readdir(folder)).filter(name => !name.endsWith('.kept'))).toEqual([recent])
  expect(note).not.toHaveBeenCalled()
})
