import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withStaging } from '../../src/export/staging-folder.ts'
import { partialName, STALE } from '../../src/lib/partial.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staging-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write =
  (...names: string[]) =>
  async (staging: string) => {
    for (const name of names) writeFileSync(join(staging, name), name)
    return { result: 'result', keep: names }
  }

test('files are put in place when the work is done, over those of an earlier run', async () => {
  const output = join(folder, 'a/b')
  expect(await withStaging(output, write('one', 'two'))).toBe('result')
  writeFileSync(join(output, 'one'), 'stale')
  await withStaging(output, write('one'))
  expect(readdirSync(output).sort()).toEqual(['one', 'two'])
  expect(readFileSync(join(output, 'one'), 'utf8')).toBe('one')
})

test('what is not named is not kept', async () => {
  await withStaging(folder, async staging => {
    writeFileSync(join(staging, 'scratch'), '')
    return { result: undefined, keep: [] }
  })
  expect(readdirSync(folder)).toEqual([])
})

const writeLayers = async (staging: string) => {
  mkdirSync(join(staging, 'layers'))
  return write('layers/a', 'layers/b', 'app')(staging)
}

test('files of a folder are put into that folder, beside its existing files', async () => {
  await withStaging(folder, writeLayers)
  writeFileSync(join(folder, 'layers/a'), 'stale')
  writeFileSync(join(folder, 'layers/other'), 'other')
  await withStaging(folder, writeLayers)
  expect(readdirSync(folder).sort()).toEqual(['app', 'layers'])
  const texts = readdirSync(join(folder, 'layers')).map(name => [
    name,
    readFileSync(join(folder, 'layers', name), 'utf8'),
  ])
  expect(Object.fromEntries(texts)).toEqual({ a: 'layers/a', b: 'layers/b', other: 'other' })
})

describe('work that fails', () => {
  const fail = async (staging: string) => {
    await write('one')(staging)
    throw new Error('failed')
  }

  test('leaves nothing, not even the folders that were made for it', async () => {
    await expect(withStaging(join(folder, 'a/b/c'), fail)).rejects.toThrow('failed')
    expect(readdirSync(folder)).toEqual([])
  })

  test('leaves no folder that it had files in', async () => {
    const failing = async (staging: string) => {
      await writeLayers(staging)
      throw new Error('failed')
    }
    await expect(withStaging(join(folder, 'a'), failing)).rejects.toThrow('failed')
    expect(readdirSync(folder)).toEqual([])
  })

  test('leaves what was there', async () => {
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, 'a/one'), 'before')
    await expect(withStaging(join(folder, 'a'), fail)).rejects.toThrow('failed')
    expect(readFileSync(join(folder, 'a/one'), 'utf8')).toBe('before')
  })
})

describe('what a run left that was killed', () => {
  /** @returns the name of the staging folder of a run that was killed some time ago */
  function leave(milliseconds: number): string {
    const name = partialName('mesosize')
    mkdirSync(join(folder, name, 'layers'), { recursive: true })
    writeFileSync(join(folder, name, 'layers/large'), '')
    age(join(folder, name), milliseconds)
    return name
  }

  function age(path: string, milliseconds: number): void {
    const time = (Date.now() - milliseconds) / 1000
    utimesSync(path, time, time)
  }

  test('is gone after the next run in the same folder, unless it is recent', async () => {
    leave(STALE + 10_000)
    const recent = leave(STALE - 600_000)
    await withStaging(folder, write('one'))
    expect(readdirSync(folder).sort()).toEqual([recent, 'one'].sort())
  })

  test('is told from the folder of a run that takes longer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await withStaging(folder, async staging => {
        age(staging, 2 * STALE)
        vi.advanceTimersByTime(STALE / 2)
        await vi.waitFor(() => expect(Date.now() - statSync(staging).mtimeMs).toBeLessThan(STALE))
        return { result: undefined, keep: [] }
      })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an output folder that cannot be written', () => {
  test('below a file is refused before any work', async () => {
    writeFileSync(join(folder, 'file'), '')
    let worked = false
    const work = async () => {
      worked = true
      return { result: undefined, keep: [] }
    }
    await expect(withStaging(join(folder, 'file/out'), work)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringMatching(/file\/out cannot be written: ENOTDIR.*--output-dir/),
    })
    expect(worked).toBe(false)
  })

  // Node's own mkdir with `recursive` never ends there.
  test.skipIf(process.platform !== 'linux')('where the kernel makes the folders', async () => {
    await expect(withStaging('/proc/none/out', write('one'))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringMatching(/\/proc\/none\/out cannot be written: ENOENT.*--output-dir/),
    })
  })

  test.each<[string, string, () => void]>([
    ['a file is where a folder must be', 'layers', () => writeFileSync(join(folder, 'layers'), '')],
    [
      'a folder is where a file must be',
      'app',
      () => mkdirSync(join(folder, 'app/full'), { recursive: true }),
    ],
  ])('because %s is told with its path', async (_, name, prepare) => {
    prepare()
    await expect(withStaging(folder, writeLayers)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringMatching(new RegExp(`cannot be written: .*/${name}'.*--output-dir`)),
    })
  })
})
