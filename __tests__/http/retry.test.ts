import { describe, expect, test } from 'vitest'
import { HttpStatusError } from '../../src/http/errors.ts'
import { withRetries } from '../../src/http/retry.ts'
import { MesosizeError } from '../../src/lib/errors.ts'

function status(number: number, retryAfter?: string): Error {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': retryAfter }
  return new HttpStatusError(
    'HTTP_STATUS',
    `answered ${number}`,
    new Response('', { status: number, headers }),
  )
}

/** What fetch throws when the network fails. */
function network(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })
}

/** Runs an attempt that fails with each error in turn, then succeeds; tells the pauses that were made. */
async function run(failures: readonly Error[], random = 1, tries?: number) {
  const pauses: number[] = []
  const left = [...failures]
  let tried = 0
  const result = withRetries(
    async () => {
      tried++
      const error = left.shift()
      if (error) throw error
      return 'done'
    },
    {
      tries,
      sleep: async milliseconds => void pauses.push(milliseconds),
      now: () => Date.parse('2024-01-02T03:04:05Z'),
      random: () => random,
    },
  )
  const [outcome] = await Promise.allSettled([result])
  return { outcome, pauses, tried }
}

describe('withRetries', () => {
  test.each([
    ...[
      'ECONNRESET',
      'ECONNREFUSED',
      'ETIMEDOUT',
      'EAI_AGAIN',
      'UND_ERR_SOCKET',
      'UND_ERR_HEADERS_TIMEOUT',
    ].map(code => [code, network(code)] as const),
    ...[429, 500, 502, 503, 504].map(number => [number, status(number)] as const),
    ['a wrapped reset', new MesosizeError('THREAD', 'no answer', { cause: network('ECONNRESET') })] as const,
  ])('tries again after %s', async (_, error) => {
    const { outcome, tried } = await run([error])
    expect(outcome).toEqual({ status: 'fulfilled', value: 'done' })
    expect(tried).toBe(2)
  })

  test.each([
    ...[400, 401, 403, 404, 408, 409, 422].map(number => [number, status(number)] as const),
    ['a name that does not exist', network('ENOTFOUND')] as const,
    ['a certificate', network('SELF_SIGNED_CERT_IN_CHAIN')] as const,
    ['a mistake in the program', new TypeError('x is not a function')] as const,
    ['another error', new MesosizeError('IDENT_INVALID', 'wrong')] as const,
  ])('does not try again after %s', async (_, error) => {
    const { outcome, tried } = await run([error])
    expect(outcome).toEqual({ status: 'rejected', reason: error })
    expect(tried).toBe(1)
  })

  test('tells each failure and the pause behind it', async () => {
    const told: [string, number][] = []
    const failures = [status(503, '7'), status(500)]
    const attempt = async () => {
      const failure = failures.shift()
      if (failure) throw failure
    }
    const onRetry = (problem: string, pause: number) => void told.push([problem, pause])
    await withRetries(attempt, { onRetry, sleep: async () => {}, random: () => 1 })
    expect(told).toEqual([
      ['answered 503', 7000],
      ['answered 500', 2000],
    ])
  })

  test('says in the end how often it tried, and keeps the code and the cause', async () => {
    const last = status(503)
    const { outcome, tried } = await run([status(500), network('ECONNRESET'), last], 1, 3)
    expect(tried).toBe(3)
    expect(outcome).toMatchObject({ reason: { code: 'HTTP_STATUS', cause: last } })
    expect(String((outcome as PromiseRejectedResult).reason)).toBe(
      'MesosizeError: answered 503 Tried 3 times.',
    )
  })

  test('names the reason of a bare network failure', async () => {
    const { outcome } = await run(Array(5).fill(network('ECONNREFUSED')))
    expect((outcome as PromiseRejectedResult).reason.message).toBe('connect ECONNREFUSED. Tried 5 times.')
  })

  test('throws a failure that does not pass as it is, also after others', async () => {
    const error = status(404)
    expect((await run([status(503), error])).outcome).toEqual({ status: 'rejected', reason: error })
  })

  test('doubles its pauses up to half a minute, and takes off up to a half', async () => {
    const failures = Array(7).fill(status(500))
    expect((await run(failures, 1, 8)).pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect((await run(failures, 0, 8)).pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000])
  })

  test.each([
    ['7', 7000],
    ['0', 1000],
    ['Tue, 02 Jan 2024 03:04:25 GMT', 20_000],
    ['Tue, 02 Jan 2024 03:04:00 GMT', 1000],
    ['86400', 120_000],
    ['Wed, 03 Jan 2024 03:04:25 GMT', 120_000],
    ['soon', 1000],
  ])('with "Retry-After: %s" waits %i ms', async (value, expected) => {
    for (const number of [429, 503]) {
      expect((await run([status(number, value)])).pauses).toEqual([expected])
    }
  })

  test('waits for so long in all, and no longer', async () => {
    const { outcome, pauses, tried } = await run(Array(9).fill(status(503, '99999999')), 1, 9)
    expect(pauses).toEqual([120_000, 120_000])
    expect(tried).toBe(3)
    expect(outcome).toMatchObject({
      reason: {
        code: 'HTTP_STATUS',
        message: 'answered 503 Tried 3 times; it asks to wait for longer than 5 minutes in all.',
      },
    })
    expect((await run(Array(9).fill(status(503, '70')), 1, 9)).pauses).toEqual(Array(4).fill(70_000))
  })

  test('ends with the reason of its signal, in the middle of a pause', async () => {
    const controller = new AbortController()
    const reason = new MesosizeError('CANCELLED', 'interrupted')
    setTimeout(() => controller.abort(reason), 10)
    let tried = 0
    const result = withRetries(
      () => {
        tried++
        return Promise.reject(status(503, '100'))
      },
      { signal: controller.signal },
    )
    await expect(result).rejects.toBe(reason)
    expect(tried).toBe(1)
  })

  test('does not begin when its signal is aborted', async () => {
    const reason = new Error('interrupted')
    await expect(
      withRetries(async () => expect.unreachable(), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })
})

test('what was tried often enough inside is not tried again outside', async () => {
  let tried = 0
  const attempt = async () => {
    tried++
    throw new MesosizeError('HTTP_NETWORK', 'No answer.')
  }
  const options = { tries: 3, mayPass: () => true, sleep: async () => {} }
  const error = await withRetries(() => withRetries(attempt, options), options).catch(thrown => thrown)
  expect(tried).toBe(3)
  expect(error.message).toBe('No answer. Tried 3 times.')
})
