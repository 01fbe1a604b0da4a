import { afterEach, expect, test, vi } from 'vitest'
import { inSession } from '../../src/cli/session.ts'

afterEach(() => void vi.restoreAllMocks())

test.each([
  [false, ['note: decided before', 'Working: done (T)', 'note: a note', 'warning: a warning']],
  [true, ['warning: a warning']],
])('quiet: %s', async (quiet, lines) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const status = await inSession('', { quiet, notes: ['decided before'] }, async ({ report }) => {
    report.phase('Working').done()
    report.note('a note')
    report.warn('a warning')
    return 3
  })
  const text = written.mock.calls.map(([chunk]) => chunk).join('')
  expect(status).toBe(3)
  expect(text.replace(/\([\d.]+ m?s\)/, '(T)')).toBe(lines.map(line => `${line}\n`).join(''))
})
