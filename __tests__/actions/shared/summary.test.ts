import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addSummary } from '../../../src/actions/shared/summary.ts'
import { silent } from '../../../src/lib/report.ts'

async function summaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'step_summary')
  await writeFile(path, '')
  vi.stubEnv('GITHUB_STEP_SUMMARY', path)
  onTestFinished(() => void vi.unstubAllEnvs())
  return path
}

test('what several services add stays within what the runner takes, which is 1 MiB', async () => {
  const path = await summaryFile()
  const notes: string[] = []
  const report = { ...silent, note: (text: string) => void notes.push(text) }
  await addSummary('a'.repeat(700_000), report)
  await addSummary('ü'.repeat(200_000), report)
  await addSummary('c'.repeat(300_000), report)
  expect(await readFile(path, 'utf8')).toBe('a'.repeat(700_000) + 'c'.repeat(300_000))
  expect(notes).toEqual([expect.stringMatching(/^400,000 bytes .* 1 MiB/)])
})

test('a runner without summaries gets none', async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(addSummary('text', silent)).resolves.toBeUndefined()
})
