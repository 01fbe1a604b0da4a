import { open } from 'node:fs/promises'
import { readTar } from '../../codec/tar/read.ts'
import type { XzDecoder } from '../../codec/xz/xz.ts'
import { formatIdent } from '../package/ident.ts'
import { readMetadata } from '../package/metadata.ts'
import { packageEntries } from '../sources/archive.ts'
import { parseHartHeader } from '../sources/hart.ts'

/**
 * Reads the ident in a hart, which its file name does not determine. Nothing is verified: only for harts that hab has
 * installed.
 * @param maxPackageSize limit of the unpacked size, bytes
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
