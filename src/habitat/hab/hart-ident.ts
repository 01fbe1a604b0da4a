import { readTar } from '../../codec/tar/read.ts'
import type { XzDecoder } from '../../codec/xz/xz.ts'
import { openRegular } from '../../lib/open-regular.ts'
import { formatIdent } from '../package/ident.ts'
import { readMetadata } from '../package/metadata.ts'
import { packageEntries } from '../sources/archive.ts'
import { parseHartHeader } from '../sources/hart.ts'

/**
 * Reads the ident in a hart, which cannot be read from its name. The signature is not verified: this is for harts that
 * hab has verified, and only the ident is used.
 * @param maxPackageSize the most bytes that it may unpack to
 * @returns fully qualified
 * @throws MesosizeError HART_FORMAT, HART_CHANGED and those of its archive
 */
export async function hartIdent(path: string, decodeXz: XzDecoder, maxPackageSize: number): Promise<string> {
  const file = await openRegular(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const { bodyStart: start, hash } = parseHartHeader(buffer.subarray(0, bytesRead), path)
    const members = readTar(decodeXz({ path, fd: file.fd, start, hash }), path, maxPackageSize)
    const { ident } = await readMetadata(packageEntries(members, path), path)
    return formatIdent(ident)
  } finally {
    await file.close()
  }
}
