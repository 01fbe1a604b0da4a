import { beforeAll, expect, test } from 'vitest'
import { publisherOf } from '../../../src/actions/export/publisher.ts'
import { readExportAction } from '../../../src/actions/export/request.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import type { RunContext } from '../../../src/github/context.ts'
import { silent } from '../../../src/lib/report.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { SettingValues } from '../../../src/settings/setting-values.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'

beforeAll(() => wordSettings(inputWording(EXPORT)))

const ON_BRANCH: RunContext = {
  repository: { owner: 'acme', repo: 'web' },
  apiUrl: 'http://127.0.0.1:9',
  serverUrl: 'http://127.0.0.1:9',
  ref: 'refs/heads/main',
  tag: undefined,
  sha: 'a'.repeat(40),
  runId: 1,
  runAttempt: 1,
  eventName: 'push',
  event: {},
  fromFork: false,
}
const nothing = () => Promise.reject(new Error('nothing is sent'))

/** What is known to be wrong before any work. */
async function problemsOf(given: Record<string, string>): Promise<string[]> {
  const all = { package: 'core/redis', 'use-hab': 'false', ...given }
  const env = Object.entries(all).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const values = new SettingValues(new Inputs(EXPORT, Object.fromEntries(env)), {})
  const action = await readExportAction(values)
  const tools = { context: ON_BRANCH, fetch: nothing, upload: nothing, report: silent }
  await values.attempt(() => publisherOf(action, { ...tools, signal: new AbortController().signal }, values))
  return [...values.problems]
}

test.each<[about: string, given: Record<string, string>, problems: RegExp[]]>([
  [
    'that no release is named',
    { publish: 'release', 'github-token': 'ghs_x' },
    [/^No release given for the tarball: .*"refs\/heads\/main", which is not a tag/],
  ],
  ['a release by its tag', { publish: 'release', 'github-token': 'ghs_x', 'release-tag': 'v1' }, []],
  ['a release by its id', { publish: 'release', 'github-token': 'ghs_x', 'release-id': '5' }, []],
  ['the release for layers', { publish: 'release', 'github-token': 'ghs_x', layers: 'auto' }, []],
  [
    'only the tag, if it is not valid',
    { publish: 'release', 'github-token': 'ghs_x', 'release-tag': 'a b' },
    [/^release-tag: "a b" is not a valid/],
  ],
  [
    'everything about a release at once',
    { publish: 'release', 'uri-template': '{nope}' },
    [/^uri-template: "\{nope\}" has/, /github-token/, /^No release given/],
  ],
  [
    'everything about a server at once',
    { publish: 'http', 'upload-url': 'ftp://x', 'upload-headers': 'bad', 'uri-template': '{nope}' },
    [/^upload-headers: line 1/, /^uri-template: "\{nope\}" has/, /^upload-url: "ftp:\/\/x" is not/],
  ],
])('reports %s', async (_about, given, problems) => {
  expect(await problemsOf(given)).toEqual(problems.map(problem => expect.stringMatching(problem)))
})
