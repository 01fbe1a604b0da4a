import { expect } from 'vitest'
import type { Entry } from '../../src/codec/tar/entry.ts'

/** Reads entries to their end and checks what every later stage takes for granted. */
export async function isSound(entries: AsyncIterable<Entry>, limit: number): Promise<void> {
  const types = new Map<string, Entry['type']>()
  let top: string | undefined
  let total = 0
  for await (const entry of entries) {
    top ??= entry.path
    expect(top).toMatch(/^hab\/pkgs\/[a-z0-9][a-z0-9_-]*\/[A-Za-z0-9_-]+\/[A-Za-z0-9._+~-]+\/\d{14}$/)
    expect(entry.path === top || entry.path.startsWith(`${top}/`)).toBe(true)
    for (const part of entry.path.split('/')) expect(['', '.', '..']).not.toContain(part)
    expect(entry.path).not.toContain('\0')
    expect(types.has(entry.path)).toBe(false)
    for (
      let end = entry.path.lastIndexOf('/');
      end >= top.length;
      end = entry.path.lastIndexOf('/', end - 1)
    ) {
      expect(types.get(entry.path.slice(0, end))).toBe('directory')
    }
    types.set(entry.path, entry.type)
    expect(Number.isSafeInteger(entry.mode) && entry.mode >= 0 && entry.mode <= 0o7777).toBe(true)
    expect(Number.isSafeInteger(entry.mtime)).toBe(true)
    expect(new Date(entry.mtime * 1000).getTime()).not.toBeNaN()
    if (entry.type === 'hardlink') expect(types.get(entry.target)).toBe('file')
    if (entry.type === 'symlink') expect(entry.target).not.toMatch(/^$|\0/)
    if (entry.type !== 'file') continue
    let length = 0
    for await (const piece of entry.content) length += piece.length
    expect(length).toBe(entry.size)
    total += length
  }
  expect(total).toBeLessThanOrEqual(limit)
}
