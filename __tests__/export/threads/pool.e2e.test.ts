import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ThreadPool } from '../../../src/export/threads/pool.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { bytesOf, failure } from '../../habitat/reading.ts'
import { xz, xzStored } from '../../testkit/xz.ts'
import { decodeFile, streamIn } from '../../testkit/xz-stream.ts'

const text = (seed: number, length = 2_000_000) => Buffer.alloc(length, `${seed} mesosize `)
const count = 7
const ENCODING = { encoder: 'libdeflate', level: 4 } as const
const asBlock = (bytes: Uint8Array) => ({ length: bytes.length, bytes, holes: [] })

let root: string
let pool: ThreadPool
const unhandled: unknown[] = []
const remember = (error: unknown) => unhandled.push(error)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pool-'))
  for (let i = 0; i < count; i++)
    await writeFile(file(i), Buffer.concat([Buffer.from('head'), xzStored(text(i))]))
  await writeFile(join(root, 'real.xz'), xz(text(0, 4_000_000)))
  await writeFile(join(root, 'bad.xz'), xzStored(text(0)).subarray(0, 1_500_000))
  process.on('unhandledRejection', remember)
})
afterAll(async () => {
  process.off('unhandledRejection', remember)
  await rm(root, { recursive: true })
})
beforeEach(() => {
  pool = new ThreadPool(new URL('../../../src/export/threads/worker.ts', import.meta.url), 2, ENCODING)
})
afterEach(async () => {
  await pool.close()
  // Rejections count as unhandled once the microtasks are done.
  await new Promise(resolve => setTimeout(resolve, 10))
  expect(unhandled).toEqual([])
})

function file(i: number): string {
  return join(root, `${i}.xz`)
}

function decode(path: string, start: number, by = pool): AsyncGenerator<Uint8Array, void, void> {
  return decodeFile(stream => by.decode(stream), path, start)
}

describe('compressing', () => {
  test('gives each block its own member, whatever the order in which they are done', async () => {
    const blocks = Array.from({ length: 20 }, (_, i) => text(i, i % 2 ? 1_000_000 : 10))
    const members = await Promise.all(blocks.map(block => pool.compress(asBlock(Uint8Array.from(block)))))
    members.forEach((member, i) => {
      expect(gunzipSync(member).equals(blocks[i]!)).toBe(true)
    })
  })

  test('takes the block over', async () => {
    const block = new Uint8Array(1000)
    await pool.compress(asBlock(block))
    expect(block.length).toBe(0)
  })
})

describe('decoding', () => {
  test('gives the bytes in order', async () => {
    expect((await bytesOf(decode(join(root, 'real.xz'), 0))).equals(text(0, 4_000_000))).toBe(true)
    expect((await bytesOf(decode(file(3), 4))).equals(text(3))).toBe(true)
  })

  test('more streams at once than there are threads, beside compressing', async () => {
    const all = await Promise.all([
      ...Array.from({ length: count }, (_, i) => bytesOf(decode(file(i), 4))),
      ...Array.from({ length: 10 }, () => pool.compress(asBlock(new Uint8Array(1 << 20)))),
    ])
    for (let i = 0; i < count; i++) expect(Buffer.from(all[i]!).equals(text(i))).toBe(true)
  })

  test('fails with the code and the message of the thread, and the thread keeps working', async () => {
    for (let time = 0; time < 3; time++) {
      const error = await failure(bytesOf(decode(join(root, 'bad.xz'), 0)))
      expect(error.code).toBe('XZ_FORMAT')
      expect(error.message).toContain(join(root, 'bad.xz'))
      expect(error.message).toContain('it is truncated')
    }
    const [bad, good] = await Promise.allSettled([
      bytesOf(decode(join(root, 'bad.xz'), 0)),
      bytesOf(decode(file(1), 4)),
    ])
    expect(bad.status).toBe('rejected')
    expect(good.status === 'fulfilled' && good.value.equals(text(1))).toBe(true)
  })

  test('fails for a file that was overwritten after it had been hashed', async () => {
    const path = join(root, 'changed.xz')
    await writeFile(path, xzStored(text(0)))
    const handle = await open(path)
    const stream = await streamIn(handle, path)
    await writeFile(path, xzStored(text(1)))
    const error = await failure(bytesOf(pool.decode(stream)))
    await handle.close()
    expect(error.code).toBe('HART_CHANGED')
    expect(error.message).toContain(path)
  })

  test('reads the file that was opened, whatever is under its name', async () => {
    const path = join(root, 'replaced.xz')
    await writeFile(path, xzStored(text(0)))
    const handle = await open(path)
    const stream = await streamIn(handle, path)
    await rm(path)
    await writeFile(path, xzStored(text(1)))
    expect((await bytesOf(pool.decode(stream))).equals(text(0))).toBe(true)
    await handle.close()
  })

  test('that is stopped early frees its thread', async () => {
    for (let time = 0; time < 5; time++) {
      for await (const piece of decode(file(time % count), 4)) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
    }
    const started = [0, 1, 2, 3].map(i => decode(file(i), 4))
    await Promise.all(started.slice(0, 2).map(stream => stream.next()))
    await Promise.all(started.map(stream => stream.return()))
    expect((await bytesOf(decode(file(5), 4))).equals(text(5))).toBe(true)
  })

  test('begins with the largest of those that wait', async () => {
    const one = new ThreadPool(new URL('../../../src/export/threads/worker.ts', import.meta.url), 1, ENCODING)
    const lengths = [2_000_000, 1_000_000, 4_000_000, 3_000_000]
    const paths = lengths.map(length => join(root, `${length}.xz`))
    for (const [i, path] of paths.entries()) await writeFile(path, xzStored(text(i, lengths[i])))
    const first = decode(file(0), 4, one)
    await first.next()
    const done: number[] = []
    const handles = await Promise.all(paths.map(path => open(path)))
    const streams = await Promise.all(handles.map((handle, i) => streamIn(handle, paths[i]!)))
    const waiting = streams.map(async (stream, i) => {
      expect((await bytesOf(one.decode(stream))).length).toBe(lengths[i])
      done.push(lengths[i]!)
    })
    await first.return()
    await Promise.all(waiting)
    await Promise.all(handles.map(handle => handle.close()))
    expect(done).toEqual([4_000_000, 3_000_000, 2_000_000, 1_000_000])
    await one.close()
  })

  test('that is slow to be read does not keep others from the other thread', async () => {
    const slow = decode(file(0), 4)
    // A copy, because a piece is gone when the next one is asked for.
    const first = Uint8Array.from((await slow.next()).value!)
    const others = await Promise.all([1, 2].map(i => bytesOf(decode(file(i), 4))))
    expect(others.map((bytes, i) => bytes.equals(text(i + 1)))).toEqual([true, true])
    expect(Buffer.concat([first, await bytesOf(slow)]).equals(text(0))).toBe(true)
  })
})

describe('starting', () => {
  /** How many threads are started meanwhile: Node numbers them. */
  async function startedBy(work: () => Promise<unknown>): Promise<number> {
    const number = async () => {
      const worker = new Worker('', { eval: true })
      const { threadId } = worker
      await worker.terminate()
      return threadId
    }
    const before = await number()
    await work()
    return (await number()) - before - 1
  }

  test.each([
    ['no thread for small streams', 0, 30, 10_000],
    ['one thread for a large one', 1, 1, 1_000_000],
    ['another one for more', 2, 4, 1_000_000],
  ])('%s', async (_, threads, streams, length) => {
    const path = join(root, `${length}.xz`)
    await writeFile(path, xzStored(text(0, length)))
    const decodeAll = async () => {
      const all = await Promise.all(Array.from({ length: streams }, () => bytesOf(decode(path, 0))))
      for (const bytes of all) expect(bytes).toHaveLength(length)
    }
    expect(await startedBy(decodeAll)).toBe(threads)
  })

  test.each([
    ['no thread for small blocks', 0, 10, 10_000],
    ['one thread for a large one', 1, 1, 1 << 20],
    ['another one for more', 2, 4, 1 << 20],
  ])('%s', async (_, threads, blocks, length) => {
    const compressAll = () =>
      Promise.all(Array.from({ length: blocks }, () => pool.compress(asBlock(new Uint8Array(length)))))
    expect(await startedBy(compressAll)).toBe(threads)
  })
})

describe('closing', () => {
  test('while it is busy rejects everything that waits', async () => {
    const waiting = [
      ...Array.from({ length: 5 }, (_, i) => bytesOf(decode(file(i), 4))),
      ...Array.from({ length: 20 }, () => pool.compress(asBlock(new Uint8Array(1 << 20)))),
    ]
    const settled = Promise.allSettled(waiting)
    await pool.close()
    for (const outcome of await settled) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toBeInstanceOf(MesosizeError)
      expect(reason.code).toBe('CANCELLED')
    }
  })

  test('in the middle of a stream ends it, also for consumers that are not waiting', async () => {
    const reading = (async () => {
      for await (const _ of decode(join(root, 'real.xz'), 0)) await pool.close()
    })()
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
    const stopped = decode(file(0), 4)
    await stopped.return()
  })

  test('ends what waits for a thread, though those who have one do not read on', async () => {
    const paused = [0, 1].map(i => decode(file(i), 4))
    await Promise.all(paused.map(stream => stream.next()))
    const queued = [2, 3, 4].map(i => bytesOf(decode(file(i), 4)))
    const settled = Promise.allSettled(queued)
    await pool.close()
    for (const outcome of await settled) expect(outcome).toMatchObject({ reason: { code: 'CANCELLED' } })
    await expect(bytesOf(decode(file(5), 4))).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('twice, and then asking for more', async () => {
    await Promise.all([pool.close(), pool.close()])
    await expect(pool.compress(asBlock(new Uint8Array(10)))).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(bytesOf(decode(file(0), 4))).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

test('a worker that cannot start fails its tasks', async () => {
  const broken = new ThreadPool(new URL('./no-such-worker.ts', import.meta.url), 1, ENCODING)
  for (let time = 0; time < 2; time++) {
    await expect(broken.compress(asBlock(new Uint8Array(1 << 20)))).rejects.toThrow(/no-such-worker/)
  }
  await broken.close()
})

describe('a little work, which is done without a thread', () => {
  const length = 1000
  const small = (name: string) => join(root, name)

  beforeAll(async () => {
    await writeFile(small('good.xz'), xzStored(text(1, length)))
    await writeFile(small('short.xz'), xzStored(text(1, length)).subarray(0, 500))
  })

  test('fails with the code of the decoder, and what waits continues', async () => {
    const [bad, good] = await Promise.allSettled([
      bytesOf(decode(small('short.xz'), 0)),
      bytesOf(decode(small('good.xz'), 0)),
    ])
    expect(bad).toMatchObject({ reason: { code: 'XZ_FORMAT' } })
    expect(good.status === 'fulfilled' && good.value.equals(text(1, length))).toBe(true)
  })

  test('does not wait for a large stream, nor a large stream for it', async () => {
    const paused = decode(small('good.xz'), 0)
    await paused.next()
    const waiting = bytesOf(decode(small('good.xz'), 0))
    expect((await bytesOf(decode(file(2), 4))).equals(text(2))).toBe(true)
    await paused.return()
    expect((await waiting).equals(text(1, length))).toBe(true)
  })

  test('ends when the pool is closed, and takes nothing more', async () => {
    const paused = decode(small('good.xz'), 0)
    await paused.next()
    const outcome = Promise.allSettled([
      bytesOf(decode(small('good.xz'), 0)),
      pool.compress(asBlock(new Uint8Array(10))),
    ])
    await pool.close()
    for (const each of await outcome) expect(each).toMatchObject({ reason: { code: 'CANCELLED' } })
    await expect(paused.next()).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
