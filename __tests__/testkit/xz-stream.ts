import { type FileHandle, open } from 'node:fs/promises'
import type { XzDecoder, XzStream } from '../../src/codec/xz/xz.ts'
import { blake2b256 } from './blake2b.ts'

/** The xz stream in a file that is open, with the hash of what is in it now. */
export async function streamIn(file: FileHandle, path: string, start = 0): Promise<XzStream> {
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
  return { path, fd: file.fd, start, hash: blake2b256(buffer) }
}

/** Decodes the xz stream in a file, which is open meanwhile. */
export async function* decodeFile(
  decode: XzDecoder,
  path: string,
  start = 0,
): AsyncGenerator<Uint8Array, void, void> {
  const file = await open(path)
  try {
    yield* decode(await streamIn(file, path, start))
  } finally {
    await file.close()
  }
}
