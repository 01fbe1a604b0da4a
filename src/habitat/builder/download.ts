import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createBLAKE2b } from 'hash-wasm'
import { readChunks } from '../../http/body.ts'
import type { Answer } from '../../http/get.ts'
import { FILE } from '../../http/pace.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { makeFolder } from '../../lib/make-folder.ts'
import { partialName } from '../../lib/partial.ts'
import { setting } from '../../lib/setting.ts'

export interface DownloadOptions {
  /** Called with the number of bytes received, and with a negative number after a failed attempt. */
  onBytes?: (amount: number) => void
  /** A check of the first bytes, before anything is written; it rejects if the rest need not be downloaded. */
  beginning?: Beginning
}

interface Beginning {
  length: number
  check(start: Buffer): Promise<unknown>
}

const TOO_LARGE = () =>
  `though no package may unpack to more: see ${setting('max-package-size')}. Check the Builder, or raise the limit.`

/**
 * Saves a hart while it is downloaded: under a temporary name in the same folder, and renamed once it is complete
 * and on disk.
 * @param what the package, for messages
 * @param checksum BLAKE2b-256 of the whole file, lower-case hex
 * @param most maximum number of bytes
 * @throws MesosizeError HTTP_… of `readChunks`, BUILDER_CHECKSUM, CACHE_WRITE; nothing is left behind
 */
export async function saveVerified(
  answer: Answer,
  what: string,
  checksum: string,
  destination: string,
  most: number,
  { onBytes = () => {}, beginning }: DownloadOptions,
): Promise<void> {
  // A name of its own for each download, so that two of the same hart do not write into one file.
  const partial = join(dirname(destination), partialName(basename(destination)))
  const hash = await createBLAKE2b(256)
  let received = 0
  async function* observed() {
    const chunks = readChunks(answer, { most, tooLarge: TOO_LARGE(), pace: FILE })
    for await (const chunk of beginning ? checked(chunks, beginning) : chunks) {
      hash.update(chunk)
      received += chunk.length
      onBytes(chunk.length)
      yield chunk
    }
  }
  try {
    await makeFolder(dirname(destination))
    const file = await open(partial, 'wx')
    try {
      await file.writeFile(observed())
      await file.sync()
    } finally {
      await file.close()
    }
    const actual = hash.digest('hex')
    if (actual !== checksum) {
      throw new MesosizeError(
        'BUILDER_CHECKSUM',
        `The ${received} bytes that ${answer.shown} sent for ${what} have the BLAKE2b-256 checksum ${actual}, but Builder gives it as ${checksum}: they were damaged or changed on the way. Try again; if the error persists, look for a proxy in between.`,
      )
    }
    await rename(partial, destination)
  } catch (error) {
    if (received > 0) onBytes(-received)
    // If this fails too, the first error is more useful.
    await rm(partial, { force: true }).catch(() => {})
    await answer.response.body?.cancel().catch(() => {})
    if (error instanceof Error && 'syscall' in error && !(error instanceof MesosizeError)) {
      throw new MesosizeError(
        'CACHE_WRITE',
        `${destination} cannot be written: ${messageOf(error)}. Free some space, or make the folder writable.`,
        { cause: error },
      )
    }
    throw error
  }
}

/** The same bytes, of which none come before their beginning was checked. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  { length, check }: Beginning,
): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    if (start.length < length) continue
    await check(start.subarray(0, length))
    yield start
    start = undefined
  }
  if (start === undefined) return
  await check(start)
  yield start
}
