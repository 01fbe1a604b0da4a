import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readDeployAction } from '../../src/actions/deploy/inputs.ts'
import { readExportAction } from '../../src/actions/export/request.ts'
import { readRemoveAction } from '../../src/actions/remove/inputs.ts'
import { Inputs } from '../../src/actions/shared/inputs.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { UsageError } from '../../src/lib/errors.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import type { SettingTable } from '../../src/settings/setting.ts'
import { SettingValues } from '../../src/settings/setting-values.ts'
import { DEPLOY, DIFF, EXPORT, REMOVE, SHOW_LOGS } from '../../src/settings/tables.ts'
import { inputWording, optionWording } from '../../src/settings/wording.ts'
import { originKey } from '../testkit/origin-key.ts'
import { readAction } from '../testkit/runner-environment.ts'

// Settings that have no effect beside others, in both front doors.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idle-'))
  for (const name of ['artifacts', 'keys', 'root/hab/pkgs', 'plan']) {
    await mkdir(join(folder, name), { recursive: true })
  }
  await writeFile(join(folder, 'plan/plan.sh'), 'pkg_name=web\npkg_origin=acme\n')
  await writeFile(join(folder, 'web.hart'), 'HART-1\n')
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
  vi.spyOn(process, 'arch', 'get').mockReturnValue('x64')
  return () => void vi.restoreAllMocks()
})

/** Problems of inputs, among the defaults that the runner passes as if they were written. */
async function problemsOfInputs(
  action: '' | 'deploy' | 'remove',
  given: Record<string, string>,
): Promise<string[]> {
  const tables: Record<string, SettingTable> = { '': EXPORT, deploy: DEPLOY, remove: REMOVE }
  const table = tables[action]!
  wordSettings(inputWording(table))
  const defaults = Object.entries(readAction(action).inputs).map(([name, input]) => [
    name,
    input.default ?? '',
  ])
  const texts = { ...Object.fromEntries(defaults), ...given }
  const variables = Object.entries(texts).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const inputs = new Inputs(table, Object.fromEntries(variables))
  const values = new SettingValues(inputs, {}, inputs.origin)
  const context = { fromFork: false, eventName: 'push' } as Parameters<typeof readRemoveAction>[1]
  if (action === 'deploy') await readDeployAction(values, false)
  else if (action === 'remove') await readRemoveAction(values, context)
  else await readExportAction(values)
  return [...values.problems]
}

const PACKAGE = { package: 'acme/web' }
const HTTP = { publish: 'http', 'upload-url': 'https://files.example.com/' }
const STORE = { publish: 'artifact-store', 'marathon-url': 'http://m.example.com' }
const KEY = originKey('acme').secretKeyText

describe('inputs of the export', () => {
  test.each<[Record<string, string>, string[]]>([
    [{ 'upload-url': 'https://a.test/' }, ['upload-url: publish: none -> publish: http']],
    [{ 'upload-headers': 'A: b' }, ['upload-headers: publish: none -> publish: http']],
    [
      { ...STORE, 'upload-url': 'https://a.test/', 'upload-headers': 'A: b' },
      [
        'upload-url: publish: artifact-store -> publish: http',
        'upload-headers: publish: artifact-store -> publish: http',
      ],
    ],
    [
      {
        ...{ publish: 'artifact', 'release-tag': 'v1', 'release-id': '1' },
        ...{ draft: 'true', prerelease: 'TRUE', overwrite: 'false' },
      },
      ['release-tag', 'release-id', 'draft', 'prerelease', 'overwrite'].map(
        name => `${name}: publish: artifact -> publish: release`,
      ),
    ],
    [
      {
        ...{ ...HTTP, 'marathon-url': 'http://m', 'marathon-user': 'me' },
        ...{ 'marathon-password': 'pw', 'dcos-token': 'tok' },
      },
      ['marathon-url', 'marathon-user', 'marathon-password', 'dcos-token'].map(
        name => `${name}: publish: http -> publish: artifact-store`,
      ),
    ],
    [
      { publish: 'release', 'release-id': '1', draft: 'true', prerelease: 'true' },
      ['draft: release-id', 'prerelease: release-id'],
    ],
    [
      { publish: 'release', layers: 'auto', prerelease: 'true', overwrite: 'false' },
      ['prerelease: layers', 'overwrite: layers'],
    ],
    [{ publish: 'release', preview: 'true', prerelease: 'true' }, ['prerelease: preview: true']],
    [{ 'origin-key': KEY }, ['origin-key: package -> plan: .']],
    [
      {
        ...{ 'use-hab': 'false', 'hab-version': '2.0.500', 'hab-channel': 'dev' },
        ...{ 'hab-mirror': 'https://mirror.test', 'accept-license': 'true' },
      },
      ['hab-version', 'hab-channel', 'hab-mirror', 'accept-license'].map(
        name => `${name}: use-hab: false -> use-hab: true`,
      ),
    ],
    [{ 'hab-version': '2.0.500', 'hab-channel': 'dev' }, ['hab-channel: hab-version: 2.0.500']],
    [{ 'max-package-size': '1GiB' }, ['max-package-size: use-hab: true -> use-hab: false']],
  ])('%j', async (given, expected) => {
    const problems = await problemsOfInputs('', { ...PACKAGE, ...given })
    expect(shortened(problems)).toEqual(expected)
  })

  test.each<Record<string, string>>([
    HTTP,
    { ...HTTP, 'upload-headers': 'A: b' },
    STORE,
    { publish: 'release', 'release-tag': 'v1', draft: 'true', prerelease: 'true', overwrite: 'false' },
    { publish: 'none', draft: 'False', overwrite: 'True', prerelease: 'FALSE' },
    { publish: 'release', preview: 'true' },
    { package: '', plan: 'plan', 'origin-key': KEY, 'max-package-size': '1GiB' },
    { package: 'web.hart', 'max-package-size': '1GiB' },
    { 'use-hab': 'false', 'max-package-size': '1GiB' },
    { 'hab-version': '^2', 'hab-channel': 'dev', 'hab-mirror': 'https://mirror.test' },
    { cache: 'false', 'checksum-file': 'true' },
  ])('%j have an effect together', async given => {
    const here = given.package === 'web.hart' ? { package: join(folder, 'web.hart') } : {}
    expect(await problemsOfInputs('', { ...PACKAGE, ...given, ...here })).toEqual([])
  })
})

describe('inputs of the others', () => {
  const marathon = { 'marathon-url': 'http://m' }
  const app = JSON.stringify({ id: '/web', cmd: 'true' })

  test.each<['deploy' | 'remove', Record<string, string>, string[]]>([
    ['deploy', { app, comment: 'false', packages: '[]' }, ['packages: comment: false -> comment: true']],
    [
      'remove',
      {
        ...{ 'app-id': '/web', comment: 'false' },
        ...{ 'upload-url': 'https://a.test/', 'upload-headers': 'A: b' },
      },
      ['upload-url: app-id', 'upload-headers: app-id', 'comment: app-id'],
    ],
    ['deploy', { app, packages: '[]', 'dry-run': 'true', timeout: '1m' }, []],
    ['remove', { stale: 'true', comment: 'false', 'upload-url': 'https://a.test/' }, []],
  ])('%s %j', async (action, given, expected) => {
    expect(shortened(await problemsOfInputs(action, { ...marathon, ...given }))).toEqual(expected)
  })
})

describe('options', () => {
  const root = ['acme/web', '--fs-root', 'root']

  test.each<[string[], string[]]>([
    [
      [
        ...[...root, '--artifacts', 'artifacts', '--keys', 'keys', '--max-package-size', '1GiB'],
        ...['--base-pkgs-url', 'https://b.test', '--base-pkgs-channel', 'c'],
        ...['--url', 'https://b.test', '--channel', 'c', '--auth', 'token'],
      ],
      [
        ...['artifacts', 'keys', 'base-pkgs-url', 'base-pkgs-channel', 'max-package-size', 'url'],
        ...['channel', 'auth'],
      ].map(name => `--${name}: --fs-root`),
    ],
    [[...root, '--strategy', 'rolling', '--url', 'https://b.test', '-c', 'c', '--auth', 'token'], []],
    [['acme/web', '--no-cache', '--cache-size', '1GiB'], ['--cache-size: --no-cache']],
    [
      ['diff', 'web.hart', 'web.hart', '--marathon', 'http://m', '--dcos-token', 't'],
      ['--marathon: two images', '--dcos-token: two images'],
    ],
  ])('%j', async (args, expected) => {
    wordSettings(optionWording([...EXPORT, ...SHOW_LOGS, ...DIFF]))
    const existing = args.map(arg =>
      ['root', 'artifacts', 'keys', 'web.hart'].includes(arg) ? join(folder, arg) : arg,
    )
    const error = await parseCommandLine(existing, {}).catch(thrown => thrown)
    expect(error instanceof UsageError ? shortened(error.problems) : []).toEqual(expected)
  })

  test('a variable stands in for any run, and so may have no effect', async () => {
    const env = {
      HAB_BLDR_URL: 'https://b.test',
      HAB_AUTH_TOKEN: 'x',
      HAB_CACHE_KEY_PATH: join(folder, 'keys'),
    }
    await parseCommandLine(['acme/web', '--fs-root', join(folder, 'root')], env)
  })
})

/** Problems as `setting: cause -> what would give it an effect`; others as they are. */
function shortened(problems: readonly string[]): string[] {
  return problems.map(problem =>
    problem.replace(
      /^(\S+): has no effect with (.*?)\. Remove it(?:, or write (.*?))?\.$/,
      (_, name, cause, instead) => `${name}: ${cause}${instead ? ` -> ${instead}` : ''}`,
    ),
  )
}
