import { beforeAll, describe, expect, test } from 'vitest'
import { readPublishRequest } from '../../../src/actions/export/publish-request.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { SettingValues } from '../../../src/settings/setting-values.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'

beforeAll(() => wordSettings(inputWording(EXPORT)))

async function read(given: Record<string, string>) {
  const env = Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const inputs = new Inputs(EXPORT, Object.fromEntries(env))
  const values = new SettingValues(inputs, {})
  return { request: await readPublishRequest(values), problems: [...values.problems] }
}

const release = { to: 'release', draft: false, prerelease: false, overwrite: true }

describe('where the tarball goes', () => {
  test.each<[string, Record<string, string>, object]>([
    ['nowhere', {}, { to: 'none' }],
    ['nowhere, by an empty word', { publish: '' }, { to: 'none' }],
    ['an artifact', { publish: 'artifact' }, { to: 'artifact' }],
    ['the release of the run', { publish: 'release' }, release],
    ['a tag', { publish: 'release', 'release-tag': 'v1.2.3' }, { ...release, tag: 'v1.2.3' }],
    [
      'a tag like a path',
      { publish: 'release', 'release-tag': 'web/v1+2@x' },
      { ...release, tag: 'web/v1+2@x' },
    ],
    [
      'a release by number',
      { publish: 'release', 'release-id': '123', draft: 'False', prerelease: 'false', overwrite: 'false' },
      { to: 'release', id: 123, draft: false, prerelease: false, overwrite: false },
    ],
    [
      'a server',
      { publish: 'http', 'upload-url': 'https://a.example/', 'upload-headers': 'X-Key: a: b\n\nY: z' },
      { to: 'http', uploadUrl: 'https://a.example/', headers: { 'x-key': 'a: b', y: 'z' } },
    ],
    [
      'a store',
      { publish: 'artifact-store', 'marathon-url': 'http://m.example:8080' },
      { to: 'artifact-store', marathonUrl: 'http://m.example:8080/' },
    ],
    [
      'a store for DC/OS',
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'dcos-token': 'tok' },
      { to: 'artifact-store', marathonUrl: 'http://m/', authorization: 'token=tok' },
    ],
  ])('%s', async (_, given, expected) => {
    const { request, problems } = await read(given)
    expect(problems).toEqual([])
    expect(request).toEqual(expected)
  })

  test('has the user and password of Marathon, whatever characters they have', async () => {
    const [user, password] = ['me@x', 'p:a/s%41?"#ö $']
    const given = {
      'marathon-url': 'https://m.example/svc',
      'marathon-user': user,
      'marathon-password': password,
    }
    const { request } = await read({ publish: 'artifact-store', ...given })
    // RFC 7617.
    const login = Buffer.from(`${user}:${password}`).toString('base64')
    expect(request).toEqual({
      to: 'artifact-store',
      marathonUrl: 'https://m.example/svc',
      authorization: `Basic ${login}`,
    })
  })

  test.each<[Record<string, string>, RegExp[]]>([
    [
      {
        publish: 'nope',
        'release-id': 'x',
        'marathon-url': 'ftp://x',
        'upload-headers': 'bad',
        overwrite: 'no',
      },
      [
        /^publish: "nope" is not allowed/,
        /^release-id: "x" is not a release id/,
        /^overwrite: "no" is neither/,
        /^marathon-url: "ftp:\/\/x" is not/,
        /^upload-headers: line 1: /,
      ],
    ],
    [
      { publish: 'Release' },
      [/^publish: "Release" is not allowed\. Use none, release, artifact, artifact-store or http\.$/],
    ],
    [{ publish: 'none\nhttp' }, [/^publish: "none\\nhttp" is not/]],
    [{ publish: 'http' }, [/^upload-url: "publish: http" needs it\. Write upload-url: https:/]],
    [
      { publish: 'artifact-store' },
      [/^marathon-url: no Marathon address given\. Write marathon-url: https:/],
    ],
    ...['0', '-1', '1.5', '1e3', 'v1', '12345678901234567890', '1 2'].map(
      (id): [Record<string, string>, RegExp[]] => [
        { publish: 'release', 'release-id': id },
        [/^release-id: ".*" is not a release id\. .* or release-tag: v1\.2\.3\.$/],
      ],
    ),
    [
      { publish: 'release', 'release-id': '5', 'release-tag': 'v1' },
      [/^release-id and release-tag: only one/],
    ],
    [
      { publish: 'release', 'release-tag': 'refs/tags/v1' },
      [
        /^release-tag: "refs\/tags\/v1" is a ref, not a tag\. Write release-tag: \$\{\{ github\.ref_name }}\.$/,
      ],
    ],
    ...[
      'v 1',
      'v1\nv2',
      'a..b',
      'a:b',
      '~a',
      'a^',
      'a?',
      'a*',
      '[a',
      'a\\b',
      '/a',
      'a/',
      'a//b',
      '.a',
      'a/.b',
      'a.',
      'x.lock',
      '@',
      'a@{b',
      '-a',
      'v\u0007',
    ].map((tag): [Record<string, string>, RegExp[]] => [
      { publish: 'release', 'release-tag': tag },
      [/^release-tag: ".*" is not a valid Git tag name\. Write one such as v1\.2\.3\.$/],
    ]),
    [
      { publish: 'release', draft: 'maybe', prerelease: '1', overwrite: 'no' },
      [/^draft: /, /^prerelease: /, /^overwrite: "no" is neither/],
    ],
    [
      { publish: 'http', 'upload-url': 'https://a', 'upload-headers': 'no header\nHost: x\nA: ok\nA: again' },
      [
        /^upload-headers: line 1: .*Name: value/,
        /^upload-headers: line 2: host/,
        /^upload-headers: line 4: a is given twice/,
      ],
    ],
    [
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'marathon-user': 'me' },
      [/^marathon-user: also needs marathon-password/],
    ],
    [
      {
        ...{ publish: 'artifact-store', 'marathon-url': 'http://m' },
        ...{ 'marathon-user': 'm:e', 'marathon-password': 'hunter22' },
      },
      [/^marathon-user: has a colon, /],
    ],
    [
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'marathon-password': 'hunter22' },
      [/^marathon-password: also needs marathon-user/],
    ],
    [
      {
        publish: 'artifact-store',
        'marathon-url': 'http://m',
        'marathon-user': 'me',
        'marathon-password': 'hunter22',
        'dcos-token': 'tok',
      },
      [/^Credentials of 2 kinds are given: marathon-user and marathon-password; dcos-token\./],
    ],
  ])('is wrong in %j', async (given, expected) => {
    const { request, problems } = await read(given)
    expect(problems).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
    expect(problems.join()).not.toContain('hunter22')
    // What was not understood is not tried, but the URL of a server is still to be checked.
    expect(request.to).toBe(given.publish === 'http' && given['upload-url'] ? 'http' : 'none')
  })
})
