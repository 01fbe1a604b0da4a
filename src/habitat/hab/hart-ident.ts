import { open } from 'node:fs/promises'
import { packageEntries } from '../archive.ts'
import { parseHartHeader } from '../hart.ts'
import { formatIdent } from '../ident.ts'
import { readMetadata } from '../metadata.ts'
import { readTar } from '../tar.ts'
import type { XzDecoder } from '../xz.ts'

/**
 * Reads the ident in a hart, which its name does not tell. Nothing is verified: for harts that hab has installed.
 * @param maxPackageSize the most bytes that it may unpack to
 * @returns fully qualified
 * @throws MesosizeError HART_FORMAT and those of its archive
 */
export async function hartIdent(path: string, decodeXz: XzDecoder, maxPackageSize: number): Promise<string> {
  const file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => file.close())
  const { bodyStart } = parseHartHeader(buffer.subarray(0, bytesRead), path)
  const members = readTar(decodeXz(path, bodyStart), path, maxPackageSize)
  const { ident } = await readMetadata(packageEntries(members, path), path)
  return formatIdent(ident)
}
