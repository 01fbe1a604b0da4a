import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markdown } from '../../bench/results.ts'
import { median, type Outcome, summarize } from '../../bench/rounds.ts'
import { summaryOf } from '../../bench/summary.ts'
import { doubtsAbout } from '../../bench/validity.ts'

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
    { name: 'new', wall: 4, cpu: 4, peak: 10e6, size: 90, speed: 5, speeds: [3, 5], relativeSize: 0.9 },
  ])
})

test('the table has a row for each variant', () => {
  const text = markdown({
    title: 'A title',
    about: 'What it is about.',
    machine: '2 cores',
    date: '2024-01-01',
    doubts: ['the load was 3', 'the rounds differ'],
    summary: [
      { name: 'old', wall: 12, cpu: 11, peak: 3e6, size: 100e6 },
      {
        name: 'new',
        wall: 0.5,
        cpu: 0.75,
        peak: 150e6,
        size: 99e6,
        speed: 24,
        speeds: [9, 30],
        relativeSize: 0.99,
      },
    ],
    outcomes: [],
  })
  expect(text).toContain('| old |  | 12.0 s | 11.0 s | 3 MB | 100.0 MB |  |')
  expect(text).toContain('| new | 24.0 (9.00 to 30.0) | 0.500 s | 0.75 s | 150 MB | 99.0 MB | 0.990 |')
  expect(text).toContain('2 cores, 2024-01-01.')
  expect(text).toContain('**Not a valid run:** the load was 3; the rounds differ.')
})

describe('a run is not valid', () => {
  const rounds = (...walls: number[]) => walls.map(wall => ({ wall, cpu: wall, peak: 1e6 }))

  test('if the machine was busy before it', () => {
    expect(doubtsAbout([], 2.01, 2)).toEqual(['the load was 2.01 at the start, on 2 cores'])
    expect(doubtsAbout([], 2, 2)).toEqual([])
  })

  test('if the same work took different times', () => {
    const doubts = (...walls: number[]) => doubtsAbout([{ name: 'tar -czf', rounds: rounds(...walls) }], 0, 2)
    expect(doubts(10, 10.9, 10)).toEqual([])
    expect(doubts(10, 11.2, 10)).toEqual(['the rounds of `tar -czf` differ by 12 %, more than 10 %'])
  })

  test('but not because other programs vary', () => {
    expect(doubtsAbout([{ name: 'Mesosize', rounds: rounds(1, 2, 3) }], 0, 2)).toEqual([])
  })
})

describe('the summary', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'summary-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const run = (wall: number) => ({ wall, cpu: wall, peak: wall * 1e6, size: 100 })
  const writeMode = (mode: string, outcomes: Outcome[], doubts: string[] = []) =>
    writeFileSync(
      join(folder, `${mode}.json`),
      JSON.stringify({ summary: summarize(outcomes), outcomes, doubts }),
    )

  test('has a row for each number of the modes that have results', () => {
    writeMode('installed', [
      { name: 'tar -czf', rounds: [run(10), run(12)] },
      { name: 'tar \\| pigz -p2', against: 'tar -czf', rounds: [run(4), run(6)] },
      { name: 'Mesosize', against: 'tar -czf', rounds: [run(2), run(2)] },
    ])
    writeMode('startup', [
      { name: 'node -e 0', rounds: [run(0.04), run(0.05)] },
      { name: 'cli.js --version', against: 'node -e 0', rounds: [run(0.05), run(0.07)] },
    ])
    const text = summaryOf(folder)
    expect(
      text
        .split('\n')
        .filter(line => line.startsWith('| '))
        .slice(2),
    ).toEqual([
      '| Installed packages, against `tar -czf` | 5.50 (5.00 to 6.00) times as fast |  |',
      '| Installed packages, against `tar` and `pigz` with as many threads as cores | 2.50 (2.00 to 3.00) times as fast |  |',
      '| Size of the tarball, against `tar -czf` | 1.000 |  |',
      '| `--version`, beyond `node -e 0` | 15 ms (10 to 20) |  |',
    ])
  })

  test('says how many times as long what is slower takes, and which numbers do not count', () => {
    writeMode(
      'services',
      [
        { name: 'One service', rounds: [run(2), run(4)] },
        { name: '20 services', against: 'One service', rounds: [run(5), run(8)] },
      ],
      ['the load was 9'],
    )
    expect(summaryOf(folder)).toContain(
      '| 20 services, one after another with one cache, against one | 2.25 (2.00 to 2.50) times as long | not valid |',
    )
  })
})
