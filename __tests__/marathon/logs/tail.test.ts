import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lastLines, readTail } from '../../../src/marathon/logs/tail.ts'
import type { TaskFile } from '../../../src/marathon/logs/task-file.ts'
import { agentsOf, startAgent, TASK, VIRTUAL } from './agent-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'tail-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Gives at most 64 KiB at once, as an agent does. */
function fileOf(content: Buffer): TaskFile & { reads: number[] } {
  const reads: number[] = []
  return {
    reads,
    size: async () => content.length,
    async read(offset) {
      reads.push(offset)
      const start = Math.min(offset, content.length)
      return { offset: start, data: content.subarray(start, start + 65_536) }
    },
  }
}

const numbered = Buffer.from(Array.from({ length: 30_000 }, (_, n) => `line ${n} äöü\n`).join(''))
const contents: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'one newline': Buffer.from('\n'),
  'one character': Buffer.from('a'),
  'one line': Buffer.from('a\n'),
  'no newline at the end': Buffer.from('a\nb\nc'),
  'empty lines': Buffer.from('a\n\n\n\nb\n\n'),
  'a newline first': Buffer.from('\na'),
  'many lines': numbered,
  'many lines, the last without an end': numbered.subarray(0, -1),
  'long lines': Buffer.from(`${'x'.repeat(200_000)}\n${'y'.repeat(70_000)}\n${'z'.repeat(65_535)}\n`),
}

// GNU's tail is asked what is right.
describe.each(Object.entries(contents))('the end of a file with %s', (_, content) => {
  test.each([0, 1, 2, 3, 50, 5000, 20_000])('%i lines', async count => {
    const path = join(folder, 'file')
    writeFileSync(path, content)
    const expected = execFileSync('tail', ['-n', String(count), path], { maxBuffer: 2 ** 24 })
    const { bytes, end } = await readTail(fileOf(content), count)
    expect(end).toBe(content.length)
    expect(Buffer.from(bytes).equals(expected)).toBe(true)
  })
})

test('at most 1 MiB is read, and the result begins with a whole line', async () => {
  const content = Buffer.from(`${'a'.repeat(99)}\n`.repeat(30_000))
  const file = fileOf(content)
  const { bytes } = await readTail(file, 1_000_000)
  expect(bytes.length).toBeLessThanOrEqual(2 ** 20)
  expect(bytes.length).toBeGreaterThan(2 ** 20 - 100)
  expect(Buffer.from(bytes.subarray(0, 100)).toString()).toBe(`${'a'.repeat(99)}\n`)
  expect(file.reads.length).toBeLessThanOrEqual(17)
})

test('a few lines take one look', async () => {
  const file = fileOf(numbered)
  await readTail(file, 20)
  expect(file.reads).toHaveLength(1)
})

test('a file that is emptied while it is read does not cause an endless loop', async () => {
  const file = { size: async () => 500_000, read: async () => ({ offset: 0, data: Buffer.alloc(0) }) }
  expect((await readTail(file, 10)).bytes).toHaveLength(0)
})

test('lastLines gives lines that are safe to show', async () => {
  const agent = await startAgent()
  agent.files.set(`${VIRTUAL}/stderr`, Buffer.from('1\n2\n\x1b[2J3\n4'))
  const agents = agentsOf('http://marathon.example.com', { port: agent.port })
  expect(await lastLines(TASK, 'stderr', 2, agents)).toEqual(['\\x1b[2J3', '4'])
})
