import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { explain } from '../../src/cli/explain.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { UsageError } from '../../src/lib/errors.ts'

/** What is printed of an error, and the exit status. */
function explained(error: unknown, argv: readonly string[] = []): { status: number; lines: string[] } {
  let text = ''
  const write = vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    text += chunk
    return true
  })
  onTestFinished(() => write.mockRestore())
  const status = explain(error, argv)
  return { status, lines: text.split('\n').slice(0, -1) }
}

test('a mistake of several lines is printed as these lines, and a control character is visible', () => {
  const error = new UsageError([
    'app.json: Marathon would refuse it:\n  cpus: "\x1b[2J"',
    'FILE: is missing.',
  ])
  expect(explained(error, ['run', 'app.json'])).toEqual({
    status: 2,
    lines: [
      'mesosize: app.json: Marathon would refuse it:',
      'mesosize:   cpus: "\\x1b[2J"',
      'mesosize: FILE: is missing.',
      'See mesosize run --help.',
    ],
  })
})

test('mistakes in the app definition of run are lines of their own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'explain-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'app.json')
  await writeFile(path, '{"id": "/x", "cpus": "a"}')
  const { lines } = explained(await parseCommandLine(['run', path], {}).catch(error => error))
  expect(lines).toEqual([
    'mesosize: Marathon would refuse the app definition:',
    expect.stringMatching(/^mesosize: {3}cpus: "a" must be /),
    expect.stringMatching(/^mesosize: {3}cmd: is missing/),
    expect.stringMatching(/^mesosize: .*app\.json/),
    'See mesosize --help.',
  ])
})

test.each([
  [['status'], 'See mesosize status --help.'],
  [['help', 'foo'], 'See mesosize --help.'],
  [['a/b'], 'See mesosize --help.'],
])('after a mistake in %j comes the help that is useful', (argv, line) => {
  expect(explained(new UsageError(['x']), argv).lines.at(-1)).toBe(line)
})
