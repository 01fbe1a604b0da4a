import { describe, expect, test } from 'vitest'
import type { ExportAction } from '../../src/actions/export/request.ts'
import type { RunContext } from '../../src/github/context.ts'
import { forPreview } from '../../src/preview/export.ts'
import { baseBranch } from '../../src/preview/run.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

function context(more: Partial<RunContext>): RunContext {
  return {
    repository: { owner: 'acme', repo: 'shop' },
    apiUrl: '',
    serverUrl: '',
    ref: 'refs/heads/main',
    tag: undefined,
    sha: COMMIT,
    runId: 4711,
    runAttempt: 1,
    eventName: 'push',
    event: {},
    fromFork: false,
    ...more,
  }
}

const PULL = context({
  eventName: 'pull_request',
  ref: 'refs/pull/12/merge',
  event: { pull_request: { number: 12, head: { sha: COMMIT } } },
})

function action(publish: ExportAction['publish'], preview: ExportAction['preview'] = {}): ExportAction {
  const app = { labels: { team: 'web', 'mesosize.run': 'mine' } }
  return { request: { app }, publish, preview } as unknown as ExportAction
}

const RELEASE = { to: 'release', draft: false, prerelease: false, overwrite: true } as const

test('anything but a preview is left unchanged', () => {
  const plain = { ...action(RELEASE), preview: undefined }
  expect(forPreview(plain, context({ eventName: 'schedule' }))).toBe(plain)
})

test('a pull request gets an app, labels and a place of its own', () => {
  expect(forPreview(action(RELEASE), PULL)).toMatchObject({
    request: {
      app: {
        appGroup: '/previews/shop/pr-12',
        labels: {
          team: 'web',
          'mesosize.preview': 'acme/shop#12',
          'mesosize.commit': COMMIT,
          'mesosize.run': '4711.1',
        },
      },
    },
    publish: { to: 'release', tag: 'mesosize-previews', prerelease: true, draft: false },
    tarballPrefix: 'pr-12-',
  })
})

test('other targets stay', () => {
  const http = { to: 'http', uploadUrl: 'https://files.example/', headers: {} } as const
  expect(forPreview(action(http), PULL)).toMatchObject({ publish: http, tarballPrefix: 'pr-12-' })
})

test('a push to a branch is only measured', () => {
  const measured = forPreview(action(RELEASE), context({}))
  expect(measured).toMatchObject({ publish: { to: 'none' } })
  expect(measured.tarballPrefix).toBeUndefined()
})

describe('the base branch', () => {
  test.each([
    ['push', 'refs/heads/main', 'main'],
    ['push', 'refs/heads/release/1', 'release/1'],
    ['push', 'refs/tags/v1', undefined],
    ['pull_request', 'refs/pull/12/merge', undefined],
    ['workflow_run', 'refs/heads/main', undefined],
  ])('of %s %s is %s', (eventName, ref, branch) => {
    expect(baseBranch(context({ eventName, ref }))).toBe(branch)
  })
})

test('what is not about a pull request is refused', () => {
  expect(() => forPreview(action(RELEASE), context({ ref: 'refs/tags/v1' }))).toThrow(
    expect.objectContaining({ code: 'NO_PULL_REQUEST' }),
  )
})
