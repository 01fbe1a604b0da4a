import { describe, expect, test } from 'vitest'
import { formatBytes, formatDuration, formatTable } from '../../../src/lib/terminal/format.ts'

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [1024 ** 2, '1.0 MiB'],
    [1023.9 * 1024, '1023.9 KiB'],
    [600 * 1024 ** 2, '600.0 MiB'],
    [16 * 1024 ** 3, '16.0 GiB'],
    [5000 * 1024 ** 4, '5000.0 TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0.0 s'],
    [340, '0.3 s'],
    [12_345, '12.3 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_400, '59 min 59 s'],
    [3_720_000, '1 h 02 min'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })
})

test('formatTable aligns each column to its widest cell, and leaves nothing at the end of a line', () => {
  const rows = [
    ['name', 'size', ''],
    ['a', '1', 'x'],
    ['longer', '12345', ''],
  ]
  expect(formatTable(rows, [1])).toEqual(['name     size', 'a           1  x', 'longer  12345'])
})
