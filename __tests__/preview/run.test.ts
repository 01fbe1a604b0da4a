import { describe, expect, test } from 'vitest'
import type { RunContext } from '../../src/github/context.ts'
import { previewOf } from '../../src/preview/run.ts'
import { SHA } from '../github/job.ts'

const MERGE = 'f'.repeat(40)

function context(eventName: string, event: Record<string, unknown>): RunContext {
  return {
    repository: { owner: 'acme', repo: 'shop' },
    apiUrl: '',
    serverUrl: '',
    ref: undefined,
    tag: undefined,
    sha: MERGE,
    runId: 4711,
    runAttempt: 2,
    eventName,
    event,
    fromFork: false,
  }
}

const OPENED = context('pull_request', { pull_request: { number: 12, head: { sha: SHA } } })
const BUILT = context('workflow_run', { workflow_run: { head_sha: SHA, pull_requests: [] } })

describe('the preview of a run', () => {
  test.each([
    ['of a pull request', OPENED, undefined],
    ['of a pull request that is named again', OPENED, 12],
    ['that another workflow started, where it is named', BUILT, 12],
  ])('%s', (_, run, given) => {
    // The commit at its head, and not the merge commit of GITHUB_SHA.
    expect(previewOf(run, given)).toEqual({
      repository: 'acme/shop',
      number: 12,
      commit: SHA,
      run: { id: 4711, attempt: 2 },
    })
  })

  test.each([
    ['another workflow started it, and nobody names one', BUILT, undefined, 'pull-request: '],
    ['it is of another', OPENED, 13, 'pull-request: the run is for pull request 12, not 13'],
    [
      'a schedule',
      context('schedule', {}),
      undefined,
      'preview: the event "schedule" is not about a pull request',
    ],
    ['a schedule with a number', context('schedule', {}), 12, 'preview: the event "schedule"'],
    [
      'a payload that is none',
      context('pull_request', { pull_request: { number: 12, head: { sha: '; rm' } } }),
      undefined,
      'is not about a pull request',
    ],
  ])('is none: %s', (_, run, given, text) => {
    expect(() => previewOf(run, given)).toThrow(
      expect.objectContaining({ code: 'NO_PULL_REQUEST', message: expect.stringContaining(text) }),
    )
  })
})
