import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DIGEST } from '../lib/digest.ts'
import { partialName } from '../lib/partial.ts'

// A kept digest is a file with its hex digits. Whoever misses one computes it, so nothing here is worth a message.

/** @returns undefined if there is none, or the file holds something else */
export async function readDigest(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'latin1').catch(() => '')
  if (!DIGEST.test(text)) return undefined
  // The time of the last use, which the sweep reads.
  await utimes(path, new Date(), new Date()).catch(() => {})
  return text
}

/** Writes it whole or not at all. */
export async function writeDigest(path: string, digest: string): Promise<void> {
  const partial = join(dirname(path), partialName(basename(path)))
  try {
    await writeFile(partial, digest, { flag: 'wx', mode: 0o600 })
    await rename(partial, path)
  } catch {
    await rm(partial, { force: true }).catch(() => {})
  }
}
