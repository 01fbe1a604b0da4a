import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { xz as stored } from '@napi-rs/lzma'

/** By the SHA-256 of what they were made of: tests make the same harts again and again. */
const made = new Map<string, Buffer>()
const KEPT = 1 << 22
const SMALL = 1 << 16

/**
 * An xz stream as Habitat's builder makes it: `xz -6 --threads=0`, with CRC64. Unless it is small, it is made with
 * less search for repetitions, which takes a third of the time and gives the same dictionary and blocks. Without an xz
 * program, the stream only stores, and has no check: it is still xz, but does not test decompression.
 */
export function xz(bytes: Uint8Array): Buffer {
  if (bytes.length > KEPT) return compressed(bytes)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const stream = made.get(digest) ?? compressed(bytes)
  made.set(digest, stream)
  // Some tests damage it.
  return Buffer.from(stream)
}

function compressed(bytes: Uint8Array): Buffer {
  const effort = bytes.length > SMALL ? ['--lzma2=preset=0,dict=8MiB', '--block-size=24MiB'] : ['-6']
  const { error, status, stdout, stderr } = spawnSync('xz', [...effort, '--threads=0', '--stdout'], {
    input: bytes,
    env: { ...process.env, XZ_OPT: '', XZ_DEFAULTS: '' },
    maxBuffer: 2 ** 32,
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return xzStored(bytes)
  if (error || status !== 0) throw new Error(`xz failed: ${error?.message ?? stderr}`)
  return stdout
}

/** An xz stream of LZMA2's uncompressed chunks, without a check. */
export function xzStored(bytes: Uint8Array): Buffer {
  return stored.compressSync(bytes)
}

export function unxz(bytes: Uint8Array): Buffer {
  return stored.decompressSync(bytes)
}
