import assert from 'node:assert/strict'
import type { Entry } from '../../../src/codec/tar/entry.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'

const TOP = /^hab\/pkgs\/[a-z0-9][a-z0-9_-]*\/[A-Za-z0-9_-]+\/[A-Za-z0-9._+~-]+\/\d{14}$/

/** Reads all entries and checks what later stages rely on. */
export async function isSound(entries: AsyncIterable<Entry>, limit: number): Promise<void> {
  const types = new Map<string, Entry['type']>()
  let top: string | undefined
  let total = 0
  for await (const entry of entries) {
    const { path, mode, mtime } = entry
    top ??= path
    assert.match(top, TOP)
    assert(path === top || path.startsWith(`${top}/`), `${path} is outside of ${top}`)
    for (const part of path.split('/')) assert(!['', '.', '..'].includes(part), `${path} is not plain`)
    assert(!path.includes('\0'))
    assert(!types.has(path), `${path} is there twice`)
    for (let end = path.lastIndexOf('/'); end >= top.length; end = path.lastIndexOf('/', end - 1)) {
      assert.equal(types.get(path.slice(0, end)), 'directory', `what ${path} lies in`)
    }
    types.set(path, entry.type)
    assert(Number.isSafeInteger(mode) && mode >= 0 && mode <= 0o7777, `mode ${mode}`)
    assert(!Number.isNaN(new Date(mtime * 1000).getTime()) && Number.isSafeInteger(mtime), `time ${mtime}`)
    if (entry.type === 'hardlink') assert.equal(types.get(entry.target), 'file', `target of ${path}`)
    if (entry.type === 'symlink') assert.doesNotMatch(entry.target, /^$|\0/)
    if (entry.type !== 'file') continue
    let length = 0
    for await (const piece of entry.content) length += piece.length
    assert.equal(length, entry.size, `size of ${path}`)
    total += length
  }
  assert(total <= limit)
}

/** Checks that an error can be shown as it is: no control characters other than line breaks, and not too long. */
export function isPresentable(error: unknown): void {
  if (!(error instanceof MesosizeError)) return
  assert.doesNotMatch(error.message, /[\0-\x09\x0b-\x1f]/)
  assert(error.message.length < 20_000, `a message of ${error.message.length} characters`)
}
