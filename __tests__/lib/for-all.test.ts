import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { MesosizeError } from '../../src/lib/errors.ts'
import { forAll } from '../../src/lib/for-all.ts'

const fail = (message: string) => () => Promise.reject(new MesosizeError('THREAD', message))

describe('forAll', () => {
  test('keeps the order, and runs no more at once than allowed', async () => {
    let working = 0
    let most = 0
    const results = await forAll([30, 5, 20, 1, 10, 1], 3, async milliseconds => {
      most = Math.max(most, ++working)
      await sleep(milliseconds)
      working--
      return milliseconds * 2
    })
    expect(results).toEqual([60, 10, 40, 2, 20, 2])
    expect(most).toBe(3)
  })

  test('of nothing', async () => {
    expect(await forAll([], 4, fail('x'))).toEqual([])
  })

  test('continues after a failure, and reports a single one as it is', async () => {
    const done: number[] = []
    const cause = new MesosizeError('DEPENDENCY_MISSING', 'two is missing')
    const work = forAll([1, 2, 3], 1, async each => {
      if (each === 2) throw cause
      done.push(each)
    })
    await expect(work).rejects.toBe(cause)
    expect(done).toEqual([1, 3])
  })

  test('tells every failure, in the order of the items, each once', async () => {
    const problems = ['b', 'a', 'b', 'c']
    const work = forAll(problems, 4, async problem => {
      await sleep(problem === 'b' ? 10 : 0)
      throw new MesosizeError(problem === 'b' ? 'HART_HASH' : 'HART_FORMAT', `${problem} is wrong`)
    })
    await expect(work).rejects.toMatchObject({
      name: 'MesosizeError',
      code: 'HART_HASH',
      message: 'b is wrong\na is wrong\nc is wrong',
    })
  })

  test('stops after some failures, and tells how many were not tried', async () => {
    const tried: number[] = []
    const items = Array.from({ length: 34_000 }, (_, index) => index)
    const work = forAll(items, 3, async item => {
      tried.push(item)
      if (item % 2 === 0) return
      throw new MesosizeError('DEPENDENCY_MISSING', `${item} is missing`)
    })
    await expect(work).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: expect.stringMatching(
        /^1 is missing\n3 is missing\n(\d+ is missing\n)+After 1[0-2] failures, 339\d\d more were not tried\.$/,
      ),
    })
    expect(tried.length).toBeLessThan(25)
  })

  test.each([
    ['an error of another kind', new TypeError('not a function'), 'SEVERAL', 'not a function\nx'],
    ['no error', 'a string', 'SEVERAL', 'a string\nx'],
    ['our own', new MesosizeError('HART_HASH', 'first'), 'HART_HASH', 'first\nx'],
  ])('whose first failure is %s', async (_, first, code, message) => {
    const failures = [first, new MesosizeError('THREAD', 'x')]
    const work = forAll(failures, 2, failure => Promise.reject(failure))
    await expect(work).rejects.toMatchObject({ code, message, cause: first })
  })
})
