import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { killExports } from './kills/kills.ts'

test('killed exports leave only complete files, and do not disturb other exports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // The first rounds of this seed are of each way, with full caches and with empty ones, by time and by changes.
  const report = await killExports({ kills: 6, seed: 20240107, folder })
  expect(report.problems).toEqual([])
  expect(report.killed).toBeGreaterThanOrEqual(6)
  expect(report.survived).toBeGreaterThanOrEqual(3)
})
