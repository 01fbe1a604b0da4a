import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { killExports } from './kills/kills.ts'

test('killed exports leave only complete files, and do not disturb other exports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const report = await killExports({ kills: 20, seed: 20240102, folder })
  expect(report.problems).toEqual([])
  expect(report.killed).toBeGreaterThanOrEqual(20)
  expect(report.survived).toBeGreaterThan(5)
})
