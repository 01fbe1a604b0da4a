import { describe, expect, test } from 'vitest'
import {
  COMMENT_START,
  commentBody,
  commentMarker,
  type PreviewComment,
  previewUrl,
  removedBody,
} from '../../src/preview/comment.ts'

const ID = '/previews/shop/pr-12/web'
const RUN = 'https://github.example/acme/shop/actions/runs/4711'

function comment(more: Partial<PreviewComment> = {}): string {
  return commentBody({
    appId: ID,
    preview: {
      repository: 'acme/shop',
      number: 12,
      commit: '0123456789abcdef0123456789abcdef01234567',
      run: { id: 4711, attempt: 2 },
    },
    state: 'running',
    runUrl: RUN,
    ...more,
  })
}

const endpoint = (name: string, port: number, host = '10.0.0.1') => ({ name, host, port, taskId: 'web.1' })

test('begins with its marker, which readers do not see', () => {
  expect(comment().split('\n')[0]).toBe('<!-- mesosize: /previews/shop/pr-12/web -->')
  expect(commentMarker(ID).startsWith(COMMENT_START)).toBe(true)
})

test('says what runs, from which commit, and how to reach its logs', () => {
  const body = comment({ ident: 'acme/web/1.0.0/20240101000000' })
  expect(body).toContain('### The preview is running')
  expect(body).toContain('| Package | `acme/web/1.0.0/20240101000000` |')
  expect(body).toContain('| Commit | `0123456789ab` |')
  expect(body).toContain(`| Workflow run | [4711, attempt 2](${RUN}) |`)
  expect(body).toContain(`logs ${ID} --marathon "$MARATHON_URL" --follow`)
})

describe('endpoints', () => {
  test('of several tasks', () => {
    const endpoints = [
      endpoint('http', 31000),
      endpoint('http', 31001, '10.0.0.2'),
      endpoint('gossip', 31002),
    ]
    const body = comment({ endpoints })
    expect(body).toContain('| `http` | http://10.0.0.1:31000 |\n| `http` | http://10.0.0.2:31001 |\n')
    expect(body).toContain('| `gossip` | `10.0.0.1:31002` |')
  })

  test('are left out if nothing runs', () => {
    expect(comment({ state: 'failed', endpoints: [endpoint('http', 31000)] })).not.toContain('31000')
  })

  test.each([
    ['the port named http', [endpoint('admin', 1), endpoint('http', 2)], 'http://10.0.0.1:2'],
    ['the first of the service', [endpoint('port', 1), endpoint('gossip', 2)], 'http://10.0.0.1:1'],
    ['one on an IPv6 address', [endpoint('http', 1, 'fd00::1')], 'http://[fd00::1]:1'],
    [
      'none of the Supervisor',
      [endpoint('gossip', 1), endpoint('gateway', 2), endpoint('ctl', 3)],
      undefined,
    ],
    ['none', [], undefined],
  ])('the address to look at is %s', (_, endpoints, url) => {
    expect(previewUrl(endpoints)).toBe(url)
  })
})

describe('changes', () => {
  const MIB = 1024 * 1024
  const builds = (packed: number, ...versions: string[]) => ({ packed, versions })

  test('by package, with versions and sizes, and as a whole', () => {
    const changes = [
      { name: 'core/glibc', before: builds(10 * MIB, '2.35/1'), now: builds(8 * MIB, '2.35/1', '2.36/2') },
      { name: 'core/new', before: builds(0), now: builds(MIB, '1.0/1') },
      { name: 'core/gone', before: builds(512, '1.0/1'), now: builds(0) },
      { name: 'core/as-large', before: builds(9, '1.0/1'), now: builds(9, '1.0/2') },
    ]
    const body = comment({
      changes: { changes, unchanged: 4, before: 20 * MIB, now: 19 * MIB, base: 'main' },
    })
    expect(body).toContain(
      [
        '#### Changes, compared with `main`',
        '',
        '| Package | Before | Now | In the tarball | Difference |',
        '| --- | --- | --- | --- | --- |',
        '| `core/glibc` | `2.35/1` | `2.35/1`, `2.36/2` | 8.0 MiB | −2.0 MiB |',
        '| `core/new` | – | `1.0/1` | 1.0 MiB | +1.0 MiB |',
        '| `core/gone` | `1.0/1` | – | – | −512 B |',
        '| `core/as-large` | `1.0/1` | `1.0/2` | 9 B |  |',
        '| 4 unchanged |  |  |  |  |',
        '| **Tarball** |  |  | 19.0 MiB | −1.0 MiB |',
      ].join('\n'),
    )
  })

  test('of a package in a great many versions: some', () => {
    const now = builds(9, ...Array.from({ length: 5000 }, (_, n) => `1.${n}/1`))
    const changes = [{ name: 'core/many', before: builds(0), now }]
    const body = comment({ changes: { changes, unchanged: 0, before: 0, now: 9, base: 'main' } })
    expect(body).toContain('| `core/many` | – | `1.0/1`, `1.1/1`, `1.2/1`, 4997 more | 9 B | +9 B |')
  })

  test('of a great many packages: the largest', () => {
    const changes = Array.from({ length: 40 }, (_, n) => ({
      name: `core/p${n}`,
      before: builds(1, '1/1'),
      now: builds(100 - n, '1/2'),
    }))
    const body = comment({ changes: { changes, unchanged: 0, before: 40, now: 4000, base: 'main' } })
    expect(body.match(/`core\/p\d+`/g)).toHaveLength(15)
    expect(body).toContain('| 25 more have changed, 0 unchanged |')
  })
})

describe('why it failed', () => {
  test('is code, whatever it says', () => {
    const reason =
      'Task failed: "```\n<!-- mesosize: /other -->\n@everyone [x](http://evil.example) ```"\n````'
    const body = comment({ state: 'failed', reason })
    expect(body).toContain('### The preview failed to deploy')
    expect(body).toContain(`\n\`\`\`\`\`text\n${reason}\n\`\`\`\`\`\n`)
  })

  test('is cut where it is long: GitHub takes 65,536 characters', () => {
    const endpoints = Array.from({ length: 5000 }, (_, n) => endpoint('x'.repeat(60), n))
    expect(comment({ reason: 'x'.repeat(100_000), endpoints }).length).toBeLessThan(65_536)
  })

  test('hostile names stay in their cells', () => {
    const body = comment({
      ident: 'a`b|c',
      endpoints: [endpoint('x|y', 1, 'h`|i'), endpoint('z', 2, 'h\n\n# i')],
    })
    expect(body).toContain('| Package | ``a`b\\|c`` |')
    expect(body).toContain('| `z` | `h # i:2` |')
    expect(body).not.toMatch(/^# i/m)
  })
})

test('what is left of it when the preview is gone', () => {
  const body = removedBody(comment(), undefined, RUN)
  expect(body).toBe(
    `${commentMarker(ID)}\n\n### The preview was removed\n\n\`${ID}\` has been removed ([workflow run](${RUN})).\n\n`,
  )
  expect(removedBody(body, undefined, RUN)).toBe(body)
  expect(removedBody(body, 'Pull request 12 is closed.', RUN)).toContain('is closed. `/previews/')
})
