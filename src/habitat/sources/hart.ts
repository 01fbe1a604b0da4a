import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { createBLAKE2b } from 'hash-wasm'
import type { XzStream } from '../../codec/xz/xz.ts'
import { DIGEST } from '../../lib/digest.ts'
import { discard } from '../../lib/discard.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { openRegular } from '../../lib/open-regular.ts'
import { quote } from '../../lib/quote.ts'
import { formatKeyName, type OriginKeyName, parseKeyName, verifySignature } from '../package/origin-key.ts'
import type { HartDigests } from '../package/package.ts'
import type { KeyRing } from './key-ring.ts'

/** The header of a hart: the lines before its body. */
export interface HartHeader {
  signer: OriginKeyName
  /** Ed25519, 64 bytes, over the text of `hash`. */
  signature: Buffer
  /** BLAKE2b-256 of the body's raw bytes, 64 lower-case hex digits. */
  hash: string
  /** Where the body starts, bytes from the start of the file. */
  bodyStart: number
}

/** A hart that is open, and whose body was what its origin signed when it was hashed. */
export interface OpenHart {
  path: string
  signer: OriginKeyName
  /** In the file that was verified, wherever the path leads by now; with the hash that was signed. */
  body: XzStream
  /** Reads the whole file that was verified. */
  digests(): Promise<HartDigests>
  /** After this, the body cannot be read any more. */
  close(): Promise<void>
}

/** The five lines of a real header take less than 500 bytes; the name of an origin may add 255. */
export const HEADER_LIMIT = 4096
const SIGNATURE_BYTES = 64
const SIGNED_BYTES = SIGNATURE_BYTES + 64

/**
 * Whether an error means that the file itself is damaged, so that fetching it again may help. An intact hart that is
 * signed with an unknown key is not damaged.
 */
export function isDamagedHart(error: unknown): error is MesosizeError {
  return error instanceof MesosizeError && ['HART_FORMAT', 'HART_SIGNATURE', 'HART_HASH'].includes(error.code)
}

/**
 * Parses the header of a hart: `HART-1`, the signing key's name, `BLAKE2b`, the base64 of signature and signed
 * hash, an empty line (components/core/src/crypto/artifact.rs).
 * @param start the first bytes of the file
 * @throws MesosizeError HART_FORMAT
 */
export function parseHartHeader(start: Buffer, path: string): HartHeader {
  const lines: string[] = []
  let bodyStart = 0
  while (lines.length < 5) {
    const end = start.subarray(0, HEADER_LIMIT).indexOf('\n', bodyStart)
    if (end < 0) throw notAHart(path, `its header of five lines does not end within ${HEADER_LIMIT} bytes`)
    lines.push(start.toString('latin1', bodyStart, end).trim())
    bodyStart = end + 1
  }
  const [version = '', signerLine = '', hashType = '', encoded = '', empty = ''] = lines
  if (version !== 'HART-1') throw notAHart(path, `it starts with ${quote(version, 60)}, not "HART-1"`)
  const signer = parseKeyName(signerLine)
  if (!signer)
    throw notAHart(
      path,
      `its second line ${quote(signerLine, 60)} is not a key name such as "core-20160810182414"`,
    )
  if (hashType !== 'BLAKE2b') throw notAHart(path, `its hash type is ${quote(hashType, 60)}, not "BLAKE2b"`)
  const signed = Buffer.from(encoded, 'base64')
  const hash = signed.toString('latin1', SIGNATURE_BYTES)
  if (signed.length !== SIGNED_BYTES || !DIGEST.test(hash)) {
    throw notAHart(path, 'its fourth line is not the base64 of a signature and a hash')
  }
  if (empty !== '') throw notAHart(path, `its fifth line is ${quote(empty, 60)}, not empty`)
  return { signer, signature: signed.subarray(0, SIGNATURE_BYTES), hash, bodyStart }
}

/**
 * Parses the header of a hart and checks its signature.
 * @param start the first bytes of the file
 * @throws MesosizeError HART_FORMAT, HART_SIGNATURE; KEY_* of the key ring
 */
export async function readSignedHeader(start: Buffer, path: string, keys: KeyRing): Promise<HartHeader> {
  const header = parseHartHeader(start, path)
  const key = await keys.find(header.signer, path)
  if (verifySignature(key, Buffer.from(header.hash, 'latin1'), header.signature)) return header
  throw new MesosizeError(
    'HART_SIGNATURE',
    `The signature of ${path} was not made with the key ${formatKeyName(header.signer)} that it names. Fetch or build the package again; if the error persists, do not use it.`,
  )
}

/**
 * Opens a hart and checks its signature, then that its body has the signed hash, as `hab pkg install` does
 * (components/core/src/crypto/artifact.rs), before anyone decodes the body.
 * @returns the hart, to be closed by the caller
 * @throws MesosizeError HART_UNREADABLE, HART_FORMAT, HART_SIGNATURE, HART_HASH; KEY_* of the key ring
 */
export async function openHart(path: string, keys: KeyRing): Promise<OpenHart> {
  const file = await open(path)
  try {
    const { signer, bodyStart: start, hash } = await verify(file, path, keys)
    const body = { path, fd: file.fd, start, hash }
    return { path, signer, body, digests: () => digestsOf(file), close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * The digests of a hart that nobody has verified.
 * @throws MesosizeError HART_UNREADABLE
 */
export async function hartDigests(path: string): Promise<HartDigests> {
  const file = await open(path)
  try {
    return await digestsOf(file)
  } finally {
    await file.close()
  }
}

function open(path: string): Promise<FileHandle> {
  return openRegular(path).catch(error => {
    throw new MesosizeError(
      'HART_UNREADABLE',
      `The hart ${path} cannot be read: ${messageOf(error)}. Correct its path or its permissions.`,
    )
  })
}

async function verify(file: FileHandle, path: string, keys: KeyRing): Promise<HartHeader> {
  const start = Buffer.alloc(HEADER_LIMIT)
  const { bytesRead } = await file.read(start, 0, HEADER_LIMIT, 0)
  const header = await readSignedHeader(start.subarray(0, bytesRead), path, keys)
  const { hash, bodyStart } = header
  const body = await createBLAKE2b(256)
  for await (const piece of bytesOf(file, bodyStart)) body.update(piece)
  const actual = body.digest('hex')
  if (actual !== hash) {
    throw new MesosizeError(
      'HART_HASH',
      `The body of ${path} has the BLAKE2b hash ${actual}, but the signed hash is ${hash}: the file is damaged or was changed. Fetch or build it again.`,
    )
  }
  return header
}

async function digestsOf(file: FileHandle): Promise<HartDigests> {
  const sha256 = createHash('sha256')
  const blake2b256 = await createBLAKE2b(256)
  for await (const piece of bytesOf(file, 0)) {
    sha256.update(piece)
    blake2b256.update(piece)
  }
  return { sha256: sha256.digest('hex'), blake2b256: blake2b256.digest('hex') }
}

async function* bytesOf(file: FileHandle, start: number) {
  const buffer = new Uint8Array(1 << 20)
  for (let position = start; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
  discard(buffer)
}

function notAHart(path: string, problem: string): MesosizeError {
  return new MesosizeError(
    'HART_FORMAT',
    `${path} is not a Habitat artifact: ${problem}. Fetch or build the package again.`,
  )
}
