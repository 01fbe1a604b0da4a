import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { blake2b256 } from '../../codec/blake2b.ts'
import { discard } from '../../lib/discard.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { quote } from '../../lib/quote.ts'
import { formatKeyName, type OriginKeyName, parseKeyName, verifySignature } from '../package/origin-key.ts'
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

/** A hart whose body was verified against its origin's signature. */
export interface VerifiedHart {
  path: string
  signer: OriginKeyName
  bodyStart: number
  /** As in the header. */
  hash: string
  /** Whether the file is unchanged since it was verified. */
  fingerprint: string
}

// The five lines of a real header take less than 500 bytes; the name of an origin may add 255.
const HEADER_LIMIT = 4096
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
  if (signed.length !== SIGNED_BYTES || !/^[0-9a-f]{64}$/.test(hash)) {
    throw notAHart(path, 'its fourth line is not the base64 of a signature and a hash')
  }
  if (empty !== '') throw notAHart(path, `its fifth line is ${quote(empty, 60)}, not empty`)
  return { signer, signature: signed.subarray(0, SIGNATURE_BYTES), hash, bodyStart }
}

/**
 * Checks a hart's signature, then that its body has the signed hash, as `hab pkg install` does
 * (components/core/src/crypto/artifact.rs), before anyone reads the body.
 * @throws MesosizeError HART_UNREADABLE, HART_FORMAT, HART_SIGNATURE, HART_HASH; KEY_* of the key ring
 */
export async function verifyHart(path: string, keys: KeyRing): Promise<VerifiedHart> {
  const file = await openHart(path)
  try {
    const start = Buffer.alloc(HEADER_LIMIT)
    const { bytesRead } = await file.read(start, 0, HEADER_LIMIT, 0)
    const { signer, signature, hash, bodyStart } = parseHartHeader(start.subarray(0, bytesRead), path)
    const key = await keys.find(signer, path)
    if (!verifySignature(key, Buffer.from(hash, 'latin1'), signature)) {
      throw new MesosizeError(
        'HART_SIGNATURE',
        `The signature of ${path} was not made with the key ${formatKeyName(signer)} that it names. Fetch or build the package again; if the error persists, do not use it.`,
      )
    }
    const actual = await blake2b256(bodyOf(file, bodyStart))
    if (actual !== hash) {
      throw new MesosizeError(
        'HART_HASH',
        `The body of ${path} has the BLAKE2b hash ${actual}, but the signed hash is ${hash}: the file is damaged or was changed. Fetch or build it again.`,
      )
    }
    return { path, signer, bodyStart, hash, fingerprint: fingerprint(await file.stat({ bigint: true })) }
  } finally {
    await file.close()
  }
}

/** @throws MesosizeError HART_CHANGED if the file is no longer the one that was verified */
export async function checkUnchanged(hart: VerifiedHart): Promise<void> {
  const stats = await stat(hart.path, { bigint: true }).catch(() => undefined)
  if (stats === undefined || fingerprint(stats) !== hart.fingerprint) {
    throw new MesosizeError(
      'HART_CHANGED',
      `${hart.path} was changed, replaced or removed after it had been verified. Run the export again.`,
    )
  }
}

/** Includes the change time (ctime), which, unlike the modification time, cannot be set back. */
function fingerprint({ dev, ino, size, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, ctimeNs].join(':')
}

async function openHart(path: string): Promise<FileHandle> {
  try {
    // Checked before opening, because opening a pipe waits for its writer.
    if (!(await stat(path)).isFile()) throw new Error('it is not a regular file')
    return await open(path)
  } catch (error) {
    throw new MesosizeError(
      'HART_UNREADABLE',
      `The hart ${path} cannot be read: ${messageOf(error)}. Correct its path or its permissions.`,
    )
  }
}

async function* bodyOf(file: FileHandle, start: number) {
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
