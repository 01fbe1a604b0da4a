import { expect, test } from 'vitest'
import { inTurn } from '../../src/lib/in-turn.ts'

test('each call starts after the one before has ended, and the results are in order', async () => {
  const events: string[] = []
  const results = await inTurn(['a', 'b', 'c'], async item => {
    events.push(`${item} starts`)
    await Promise.resolve()
    events.push(`${item} ends`)
    return item.toUpperCase()
  })
  expect(results).toEqual(['A', 'B', 'C'])
  expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
})

test('the first failure is thrown, and nothing is called after it', async () => {
  const called: number[] = []
  const failing = inTurn([1, 2, 3], async item => {
    called.push(item)
    if (item === 2) throw new Error('two')
  })
  await expect(failing).rejects.toThrow('two')
  expect(called).toEqual([1, 2])
})
