import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { killExports } from './kills/kills.ts'

test('exports that are killed leave no torn file, and hinder no other export', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const report = await killExports({ kills: 20, seed: 20240102, folder })
  expect(report.problems).toEqual([])
  expect(report.killed).toBeGreaterThanOrEqual(20)
  expect(report.survived).toBeGreaterThan(5)
})
