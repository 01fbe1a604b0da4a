import { expect, test } from 'vitest'
import { markdown } from '../../bench/results.ts'
import { median, summarize } from '../../bench/rounds.ts'

test.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected)
})

test('ratios are taken within a round, so that a slow moment of the machine falls out', () => {
  const run = (wall: number, size: number) => ({ wall, cpu: wall, peak: wall * 1e6, size })
  const summary = summarize([
    { name: 'old', rounds: [run(10, 100), run(50, 100), run(12, 100)] },
    { name: 'new', against: 'old', rounds: [run(2, 90), run(10, 90), run(4, 90)] },
  ])
  expect(summary).toEqual([
    { name: 'old', wall: 12, cpu: 12, peak: 50e6, size: 100 },
    { name: 'new', wall: 4, cpu: 4, peak: 10e6, size: 90, speed: 5, relativeSize: 0.9 },
  ])
})

test('the table has a row for each variant', () => {
  const text = markdown({
    title: 'A title',
    about: 'What it is about.',
    machine: '2 cores',
    date: '2024-01-01',
    summary: [
      { name: 'old', wall: 12, cpu: 11, peak: 3e6, size: 100e6 },
      { name: 'new', wall: 0.5, cpu: 0.75, peak: 150e6, size: 99e6, speed: 24, relativeSize: 0.99 },
    ],
    outcomes: [],
  })
  expect(text).toContain('| old |  | 12.0 s | 11.0 s | 3 MB | 100.0 MB |  |')
  expect(text).toContain('| new | 24.0 | 0.500 s | 0.75 s | 150 MB | 99.0 MB | 0.990 |')
  expect(text).toContain('2 cores, 2024-01-01.')
})
