import { describe, expect, test } from 'vitest'
import { resolveVersion, type VersionSources } from '../../../src/habitat/hab/version.ts'
import { silent } from '../../../src/lib/report.ts'
import { failure } from '../reading.ts'

function sources(more: Partial<VersionSources> = {}): VersionSources {
  return {
    channel: 'stable',
    cached: [],
    latest: async () => '2.0.500',
    listed: async () => ['1.6.1245', '1.6.1247', '1.6.9', '2.0.170', '2.0.487', '2.0.499', '2.1.0-dev'],
    has: async () => true,
    report: silent,
    ...more,
  }
}

const unused = () => expect.fail('nobody should have asked for this')

describe('the version of hab', () => {
  test.each([
    ['1.6.1245', '1.6.1245'],
    ['9.9.9', '9.9.9'],
  ])('%s is taken as it is, and nobody is asked', async (wanted, version) => {
    const nobody = { latest: unused, listed: unused, has: unused }
    expect(await resolveVersion(wanted, sources(nobody))).toBe(version)
  })

  test('"latest" is that of the channel, whatever is installed', async () => {
    expect(await resolveVersion('latest', sources({ cached: ['2.0.600'] }))).toBe('2.0.500')
  })

  test.each([
    ['^2', '2.0.500'],
    ['2.x', '2.0.500'],
    ['*', '2.0.500'],
    ['>=2.0.487 <2.1', '2.0.500'],
    ['1.6', '1.6.1247'],
    ['^1', '1.6.1247'],
    ['>=2.0.100 <2.0.487', '2.0.170'],
    ['<2.0.500', '2.0.499'],
  ])('%s is %s', async (wanted, version) => {
    expect(await resolveVersion(wanted, sources())).toBe(version)
  })

  test('is the newest in the range that the mirror has', async () => {
    const asked: string[] = []
    const has = async (version: string) => {
      asked.push(version)
      return version === '1.6.1245'
    }
    expect(await resolveVersion('1.6', sources({ has }))).toBe('1.6.1245')
    expect(asked).toEqual(['1.6.1247', '1.6.1245'])
  })

  test('may be one that is installed already', async () => {
    const installed = { cached: ['1.6.9', '1.6.2000'], has: unused }
    expect(await resolveVersion('1.6', sources(installed))).toBe('1.6.2000')
  })

  test('without the network is the newest that is installed, with a warning', async () => {
    const warnings: string[] = []
    const report = { ...silent, warn: (text: string) => void warnings.push(text) }
    const latest = () => Promise.reject(new Error('no route'))
    const closed = { cached: ['1.6.9', '2.0.1', '2.0.3'], latest, listed: unused, has: unused, report }
    expect(await resolveVersion('^2', sources(closed))).toBe('2.0.3')
    expect(warnings).toEqual([expect.stringMatching(/no route.*2\.0\.3/)])
    await expect(resolveVersion('^3', sources(closed))).rejects.toThrow('no route')
    await expect(resolveVersion('latest', sources(closed))).rejects.toThrow('no route')
  })

  test('that does not exist is an error that names existing ones', async () => {
    const error = await failure(resolveVersion('^3', sources()))
    expect(error.code).toBe('HAB_VERSION_NOT_FOUND')
    expect(error.message).toContain('"^3"')
    expect(error.message).toContain('2.0.500')
  })

  test('that cannot be looked up is an error that says why', async () => {
    const listed = () => Promise.reject(new Error('Builder is on holiday'))
    const error = await failure(resolveVersion('1.6', sources({ listed })))
    expect(error.code).toBe('HAB_VERSION_NOT_FOUND')
    expect(error.message).toContain('Builder is on holiday')
  })

  test.each(['', ' ', 'newest', '2.0.500/20250102030405', '../..', '$(id)', '2;3', 'stable\n'])(
    'is not %j',
    async wanted => {
      const error = await failure(resolveVersion(wanted, sources()))
      expect(error.code).toBe('HAB_VERSION')
      expect(error.message).toContain(JSON.stringify(wanted))
    },
  )
})
