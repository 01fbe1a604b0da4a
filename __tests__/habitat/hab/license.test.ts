import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { licenseVariable } from '../../../src/habitat/hab/license.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { failure } from '../reading.ts'
import { temporaryFolder } from './fixtures.ts'

wordSettings(inputWording(EXPORT))

const consent = { accept: false, env: {}, home: '/nowhere', isRoot: false }

describe('the licence', () => {
  test.each(['0.79.1', '0.26.0'])('was not asked for by hab %s', async version => {
    expect(await licenseVariable(version, consent)).toBeUndefined()
    expect(await licenseVariable(version, { ...consent, accept: true })).toBeUndefined()
  })

  test.each(['0.80.0', '1.6.1245', '2.0.500'])(
    'of hab %s is accepted by nobody but the person',
    async version => {
      const error = await failure(licenseVariable(version, consent))
      expect(error.code).toBe('HAB_LICENSE')
      expect(error.message).toContain('accept-license: true')
      expect(error.message).toContain('https://www.chef.io/end-user-license-agreement')
    },
  )

  test.each([
    ['here', { accept: true }],
    ['in the environment', { env: { HAB_LICENSE: 'accept' } }],
    ['in the environment, for once', { env: { HAB_LICENSE: 'accept-no-persist' } }],
  ])('may be accepted %s', async (_, more) => {
    expect(await licenseVariable('2.0.500', { ...consent, ...more })).toBe('accept-no-persist')
  })

  test('is not accepted by a variable that denies it', async () => {
    const denied = { ...consent, env: { HAB_LICENSE: 'deny' } }
    await expect(licenseVariable('2.0.500', denied)).rejects.toThrow('accept-license')
  })

  test('may have been accepted with "hab license accept"', async () => {
    const home = await temporaryFolder()
    await mkdir(join(home, '.hab/accepted-licenses'), { recursive: true })
    await writeFile(join(home, '.hab/accepted-licenses/habitat'), '')
    expect(await licenseVariable('2.0.500', { ...consent, home })).toBe('accept-no-persist')
  })
})
