import { createHash } from 'node:crypto'
import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DIGEST } from '../lib/digest.ts'
import { readRegular } from '../lib/open-regular.ts'
import { partialName } from '../lib/partial.ts'

// A kept digest is a file with its hex digits and a checksum. Whoever misses one computes it, so nothing here is worth
// a message.

/** @returns undefined if there is none, or the file is damaged */
export async function readDigest(path: string): Promise<string | undefined> {
  const text = await readRegular(path).catch(() => '')
  const digest = text.slice(0, 64)
  if (!DIGEST.test(digest) || text !== contentOf(path, digest)) return undefined
  // The time of the last use, which the sweep reads.
  await utimes(path, new Date(), new Date()).catch(() => {})
  return digest
}

/** Writes it whole or not at all. */
export async function writeDigest(path: string, digest: string): Promise<void> {
  const partial = join(dirname(path), partialName(basename(path)))
  try {
    await writeFile(partial, contentOf(path, digest), { flag: 'wx', mode: 0o600 })
    await rename(partial, path)
  } catch {
    await rm(partial, { force: true }).catch(() => {})
  }
}

/** The name stands for the key, so the checksum finds damage as well as a file under the name of another. */
function contentOf(path: string, digest: string): string {
  return (
    digest +
    createHash('sha256')
      .update(`${basename(path)}\n${digest}`)
      .digest('hex')
  )
}
