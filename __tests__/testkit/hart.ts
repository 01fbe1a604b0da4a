import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { blake2b256 } from './blake2b.ts'
import type { OriginKey } from './origin-key.ts'
import { type PackageSpec, packageEntries } from './package-entries.ts'
import { type RawBlocks, type TarEntry, tarOf } from './tar.ts'
import { xz } from './xz.ts'

/** What is in a hart, from the friendliest to the rawest. */
export type HartContent =
  | { package: PackageSpec }
  | { entries: Iterable<TarEntry | RawBlocks> }
  /** Bytes to compress. */
  | { tar: Uint8Array }
  /** What follows the header as it is. */
  | { body: Uint8Array }

export interface HartHeader {
  /** `HART-1` */
  format: string
  /** The key's name. */
  keyName: string
  /** `BLAKE2b` */
  hashType: string
  /** Base64 of the signature and the signed hash. */
  signature: string
  /** The empty line. */
  separator: string
}

export type HartOptions = HartContent & {
  key: OriginKey
  /** Header lines that are to be wrong. */
  header?: Partial<HartHeader>
  /** What is signed instead of the hash of the body. */
  signedHash?: string
}

/** A `.hart` file, right but for what the options bend. Format: Habitat's components/core/src/crypto/artifact.rs. */
export async function makeHart(options: HartOptions): Promise<Buffer> {
  const { key, header } = options
  const body = await bodyOf(options)
  const hash = options.signedHash ?? blake2b256(body)
  const { format, keyName, hashType, signature, separator }: HartHeader = {
    format: 'HART-1',
    keyName: key.name,
    hashType: 'BLAKE2b',
    signature: Buffer.concat([key.sign(hash), Buffer.from(hash)]).toString('base64'),
    separator: '',
    ...header,
  }
  const lines = [format, keyName, hashType, signature, separator].map(line => `${line}\n`)
  return Buffer.concat([Buffer.from(lines.join('')), body])
}

async function bodyOf(content: HartContent): Promise<Uint8Array> {
  if ('body' in content) return content.body
  if ('tar' in content) return xz(content.tar)
  return xz(await tarOf('entries' in content ? content.entries : packageEntries(content.package)))
}

/** Writes a package's hart into a folder, which is made, under the name that Habitat gives it. @returns its path */
export async function writeHart(
  dir: string,
  options: HartOptions & { package: PackageSpec },
): Promise<string> {
  const { ident, target = 'x86_64-linux' } = options.package
  const path = join(dir, `${ident.replaceAll('/', '-')}-${target}.hart`)
  await mkdir(dir, { recursive: true })
  await writeFile(path, await makeHart(options))
  return path
}
