import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type CacheService,
  type CacheTools,
  restorePackageCache,
} from '../../../src/actions/export/package-cache.ts'
import type { Exported } from '../../../src/export/exported.ts'
import { silent } from '../../../src/lib/report.ts'
import type { PackageCacheRequest } from '../../../src/package-cache/open.ts'
import { exported } from './exported.ts'

const wanted: PackageCacheRequest = { size: 1 << 20 }
const kept = (digit: string) => `${digit.repeat(64)}.kept`

let temporary: string
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'runner-'))
})
afterEach(() => rm(temporary, { recursive: true }))

interface Wanted {
  wanted?: PackageCacheRequest
}

/** A cache service with what earlier runs saved, by key, the newest first. */
function setUp(saved: string[] = [], failing: Partial<CacheService> = {}) {
  const notes: string[] = []
  const service: CacheService = {
    isFeatureAvailable: () => true,
    restoreCache: vi.fn(async ([folder], primary, others = []) => {
      const key = saved.find(each => [primary, ...others].some(wanted => each.startsWith(wanted)))
      if (key === undefined) return undefined
      await mkdir(folder!, { recursive: true })
      await writeFile(join(folder!, kept('a')), 'old')
      await utimes(join(folder!, kept('a')), 1000, 1000)
      return key
    }),
    saveCache: vi.fn(async (_, key) => {
      saved.unshift(key)
      return 1
    }),
    ...failing,
  }
  const runExport = vi.fn(async (cache: PackageCacheRequest | undefined): Promise<Exported> => {
    if (cache?.folder) {
      await mkdir(cache.folder, { recursive: true })
      await writeFile(join(cache.folder, kept('b')), 'new')
    }
    return exported()
  })
  /** What the action does. */
  const load = vi.fn(async () => service)
  const run = async (about: Partial<Pick<CacheTools, 'encoding' | 'target' | 'env'>> & Wanted = {}) => {
    const { cache, save } = await restorePackageCache('wanted' in about ? about.wanted : wanted, {
      service: load,
      env: { ACTIONS_RESULTS_URL: 'https://results.example/' },
      temporary,
      encoding: 'gzip 1',
      target: 'x86_64-linux',
      ...about,
      steps: { grouped: (_, work) => work() },
      report: { ...silent, note: text => notes.push(text) },
    })
    await save([await runExport(cache)])
  }
  return { service, load, runExport, run, notes, saved }
}

describe('the kept packages of a workflow', () => {
  test('are restored by a prefix before, and saved under the packages after', async () => {
    const { run, runExport, service, saved } = setUp()
    await run()
    const folder = runExport.mock.calls[0]![0]!.folder!
    expect(folder.startsWith(temporary)).toBe(true)
    expect(service.restoreCache).toHaveBeenCalledWith([folder], expect.any(String), expect.any(Array))
    expect(service.saveCache).toHaveBeenCalledExactlyOnceWith([folder], expect.any(String))
    expect(saved[0]).toMatch(/^mesosize-packages-[0-9a-f]+-x86_64-linux-[0-9a-f]{16}$/)
  })

  test('are those of another closure where it has none', async () => {
    const first = setUp()
    await first.run()
    const other = setUp(['something-else', `${first.saved[0]!.slice(0, -16)}0000000000000000`])
    await other.run()
    expect(await vi.mocked(other.service.restoreCache).mock.results[0]!.value).toMatch(/-0{16}$/)
    expect(other.saved[0]).toBe(first.saved[0])
  })

  test('are not saved again where nothing changed', async () => {
    const first = setUp()
    await first.run()
    const second = setUp(first.saved)
    await second.run()
    expect(second.service.saveCache).not.toHaveBeenCalled()
  })

  test.each([
    ['encoding', { encoding: 'gzip 2' }],
    ['target', { target: 'aarch64-linux' }],
  ])('are not those of another %s', async (_, about) => {
    const first = setUp()
    await first.run()
    const second = setUp(first.saved)
    await second.run(about)
    expect(await vi.mocked(second.service.restoreCache).mock.results[0]!.value).toBeUndefined()
  })

  test('are saved without those that were not used', async () => {
    const first = setUp()
    await first.run()
    const { run, runExport } = setUp([`${first.saved[0]!.slice(0, -16)}0000000000000000`])
    await run()
    expect(await readdir(runExport.mock.calls[0]![0]!.folder!)).toEqual([kept('b')])
  })
})

describe('an export continues', () => {
  test('without the service, and keeps its packages on the machine', async () => {
    const { run, runExport, service } = setUp([], { isFeatureAvailable: () => false })
    await run()
    expect(runExport).toHaveBeenCalledExactlyOnceWith(wanted)
    expect(service.restoreCache).not.toHaveBeenCalled()
  })

  test('without loading the library where the runner has no service', async () => {
    const { run, runExport, load } = setUp()
    await run({ env: {} })
    expect(runExport).toHaveBeenCalledExactlyOnceWith(wanted)
    expect(load).not.toHaveBeenCalled()
    await run({ env: { ACTIONS_CACHE_URL: 'https://cache.example/' } })
    expect(load).toHaveBeenCalledOnce()
  })

  test('if nothing is to be kept', async () => {
    const { run, runExport, service } = setUp()
    await run({ wanted: undefined })
    expect(runExport).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(service.restoreCache).not.toHaveBeenCalled()
    expect(service.saveCache).not.toHaveBeenCalled()
  })

  test.each(['restoreCache', 'saveCache'] as const)('where %s fails, which is told', async name => {
    const { run, runExport, notes } = setUp([], {
      [name]: async () => Promise.reject(new Error('no service today')),
    })
    await run()
    expect(runExport).toHaveBeenCalledOnce()
    expect(notes).toEqual([expect.stringContaining('no service today')])
  })
})
