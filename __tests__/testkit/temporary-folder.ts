import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const IN_MEMORY = '/dev/shm'
/** Bytes that all test files together need at most. */
const ROOM = 4e9

/**
 * Puts the temporary files of all tests into memory, where a machine has room for them and lets them be executed: they
 * make many thousands of folders, each of which may take a file system on a disk a millisecond of the processor.
 * @returns what to do after the last test
 */
export function setup(): (() => void) | undefined {
  if (process.env.TMPDIR || !isUsable()) return undefined
  const folder = mkdtempSync(join(IN_MEMORY, 'mesosize-tests-'))
  // Some tests run as another user.
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

function isUsable(): boolean {
  if (!existsSync(IN_MEMORY)) return false
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  if (bavail * bsize < ROOM) return false
  const folder = mkdtempSync(join(IN_MEMORY, 'mesosize-tests-'))
  try {
    const script = join(folder, 'script')
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 })
    execFileSync(script)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}
