import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CacheService, exportWithCache } from '../../../src/actions/export/package-cache.ts'
import type { Exported } from '../../../src/export/exported.ts'
import type { ExportRequest } from '../../../src/export/request.ts'
import { silent } from '../../../src/lib/report.ts'
import { exported } from './exported.ts'

const request = { target: 'x86_64-linux', cache: { size: 1 << 20 } } as ExportRequest
const kept = (digit: string) => `${digit.repeat(64)}.kept`

let temporary: string
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'runner-'))
})
afterEach(() => rm(temporary, { recursive: true }))

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
  const runExport = vi.fn(async (asked: ExportRequest): Promise<Exported> => {
    const folder = asked.cache?.folder
    if (folder) {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, kept('b')), 'new')
    }
    return exported()
  })
  const run = (wanted = request, encoding = 'gzip 1') =>
    exportWithCache(wanted, runExport, {
      service: async () => service,
      temporary,
      encoding,
      steps: { grouped: (_, work) => work() },
      report: { ...silent, note: text => notes.push(text) },
    })
  return { service, runExport, run, notes, saved }
}

describe('the package cache of a workflow', () => {
  test('are restored by a prefix before, and saved under the packages after', async () => {
    const { run, runExport, service, saved } = setUp()
    expect(await run()).toEqual(exported())
    const folder = runExport.mock.calls[0]![0].cache!.folder!
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

  test.each<[string, ExportRequest, string]>([
    ['encoding', request, 'gzip 2'],
    ['target', { ...request, target: 'aarch64-linux' }, 'gzip 1'],
  ])('are not those of another %s', async (_, wanted, encoding) => {
    const first = setUp()
    await first.run()
    const second = setUp(first.saved)
    await second.run(wanted, encoding)
    expect(await vi.mocked(second.service.restoreCache).mock.results[0]!.value).toBeUndefined()
  })

  test('are saved without those that were not used', async () => {
    const first = setUp()
    await first.run()
    const { run, runExport } = setUp([`${first.saved[0]!.slice(0, -16)}0000000000000000`])
    await run()
    expect(await readdir(runExport.mock.calls[0]![0].cache!.folder!)).toEqual([kept('b')])
  })
})

describe('an export goes on', () => {
  test('without the service, and keeps its packages on the machine', async () => {
    const { run, runExport, service } = setUp([], { isFeatureAvailable: () => false })
    await run()
    expect(runExport).toHaveBeenCalledExactlyOnceWith(request)
    expect(service.restoreCache).not.toHaveBeenCalled()
  })

  test('where nothing shall be kept', async () => {
    const { run, runExport, service } = setUp()
    const without = { ...request, cache: undefined }
    await run(without)
    expect(runExport).toHaveBeenCalledExactlyOnceWith(without)
    expect(service.restoreCache).not.toHaveBeenCalled()
    expect(service.saveCache).not.toHaveBeenCalled()
  })

  test.each(['restoreCache', 'saveCache'] as const)('where %s fails, which is told', async name => {
    const { run, notes } = setUp([], { [name]: async () => Promise.reject(new Error('no service today')) })
    expect(await run()).toEqual(exported())
    expect(notes).toEqual([expect.stringContaining('no service today')])
  })

  test('not where it fails itself, and saves nothing then', async () => {
    const { run, runExport, service } = setUp()
    runExport.mockRejectedValue(new Error('the export failed'))
    await expect(run()).rejects.toThrow('the export failed')
    expect(service.saveCache).not.toHaveBeenCalled()
  })
})
