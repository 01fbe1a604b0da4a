import { describe, expect, test } from 'vitest'
import { readPublishRequest } from '../../../src/actions/export/publish-request.ts'
import { EXPORT_INPUTS } from '../../../src/actions/shared/input-table.ts'
import { Inputs } from '../../../src/actions/shared/inputs.ts'

async function read(given: Record<string, string>) {
  const env = Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])
  const inputs = new Inputs(EXPORT_INPUTS, Object.fromEntries(env))
  return { request: await readPublishRequest(inputs), problems: inputs.problems }
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
      { publish: 'release', 'release-id': '123', draft: 'true', prerelease: 'True', overwrite: 'false' },
      { to: 'release', id: 123, draft: true, prerelease: true, overwrite: false },
    ],
    [
      'a server',
      { publish: 'http', 'upload-url': 'https://a.example/', 'upload-headers': 'X-Key: a: b\n\nY: z' },
      { to: 'http', uploadUrl: 'https://a.example/', headers: { 'x-key': 'a: b', y: 'z' } },
    ],
    [
      'a store',
      { publish: 'artifact-store', 'marathon-url': 'http://m.example:8080' },
      { to: 'artifact-store', marathonUrl: 'http://m.example:8080' },
    ],
    [
      'a store for DC/OS',
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'dcos-token': 'tok' },
      { to: 'artifact-store', marathonUrl: 'http://m', authorization: 'token=tok' },
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
    const url = new URL('marathonUrl' in request ? request.marathonUrl : '')
    expect(url.host + url.pathname).toBe('m.example/svc')
    expect([url.username, url.password].map(decodeURIComponent)).toEqual([user, password])
  })

  test.each<[Record<string, string>, RegExp[]]>([
    [{ publish: 'Release' }, [/^publish: "Release" is none of them\. Write publish: none or release or/]],
    [{ publish: 'none\nhttp' }, [/^publish: "none\\nhttp" is none/]],
    [{ publish: 'http' }, [/^upload-url: "publish: http" needs it\. Write upload-url: https:/]],
    [{ publish: 'artifact-store' }, [/^marathon-url: "publish: artifact-store" needs it/]],
    ...['0', '-1', '1.5', '1e3', 'v1', '12345678901234567890', '1 2'].map(
      (id): [Record<string, string>, RegExp[]] => [
        { publish: 'release', 'release-id': id },
        [/^release-id: ".*" is no number of a release\. .* or release-tag: v1\.2\.3$/],
      ],
    ),
    [
      { publish: 'release', 'release-id': '5', 'release-tag': 'v1' },
      [/^release-id: there is a release-tag too/],
    ],
    [
      { publish: 'release', 'release-tag': 'refs/tags/v1' },
      [/^release-tag: "refs\/tags\/v1" is a ref, not a tag\. Write release-tag: \$\{\{ github\.ref_name }}$/],
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
      [/^release-tag: ".*" can be no tag in Git\. Write one such as release-tag: v1\.2\.3$/],
    ]),
    [
      { publish: 'release', draft: 'maybe', prerelease: '1', overwrite: 'no' },
      [/^draft: /, /^prerelease: /, /^overwrite: "no" is neither/],
    ],
    [
      { publish: 'http', 'upload-url': 'https://a', 'upload-headers': 'no header\nHost: x\nA: ok\nA: again' },
      [
        /^upload-headers, line 1: .*Name: value/,
        /^upload-headers, line 2: host/,
        /^upload-headers, line 4: a is there/,
      ],
    ],
    [
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'marathon-user': 'me' },
      [/^marathon-user: it goes with marathon-password/],
    ],
    [
      {
        ...{ publish: 'artifact-store', 'marathon-url': 'http://m' },
        ...{ 'marathon-user': 'm:e', 'marathon-password': 'hunter22' },
      },
      [/^marathon-user: it has a colon, /],
    ],
    [
      { publish: 'artifact-store', 'marathon-url': 'http://m', 'marathon-password': 'hunter22' },
      [/^marathon-user: it goes with marathon-password/],
    ],
    [
      {
        publish: 'artifact-store',
        'marathon-url': 'http://m',
        'marathon-user': 'me',
        'marathon-password': 'hunter22',
        'dcos-token': 'tok',
      },
      [/^dcos-token: there is a marathon-user too/],
    ],
  ])('is wrong in %j', async (given, expected) => {
    const { request, problems } = await read(given)
    expect(problems).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
    expect(problems.join()).not.toContain('hunter22')
    // What was not understood is not tried.
    expect(request).toEqual({ to: 'none' })
  })
})
