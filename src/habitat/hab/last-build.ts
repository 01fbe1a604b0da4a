import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { blake2b256 } from '../../codec/blake2b.ts'
import { DIGEST } from '../../lib/digest.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { readRegular } from '../../lib/open-regular.ts'
import { type FullIdent, formatIdent, parseFullIdent } from '../package/ident.ts'

/** The result of `hab pkg build`. */
export interface LastBuild {
  ident: FullIdent
  /** Absolute path. */
  hart: string
  /** Of the whole hart, lower-case hex. */
  sha256: string
  blake2b: string
}

/**
 * Reads results/last_build.env and checks the hart that it names. The file has lines of unquoted `KEY=VALUE`
 * (components/plan-build/bin/hab-plan-build-linux.sh), which a plan can influence, so it is never run as a script.
 * @param results the folder, absolute
 * @throws MesosizeError BUILD_RESULT
 */
export async function readLastBuild(results: string): Promise<LastBuild> {
  const path = join(results, 'last_build.env')
  try {
    const values = parseEnv(await readRegular(path))
    const value = (key: string, pattern: RegExp, shape: string) => {
      const text = values.get(key)
      if (text !== undefined && pattern.test(text)) return text
      throw new Error(`${key} is ${JSON.stringify(text) ?? 'missing'}, not ${shape}`)
    }
    const ident = parseFullIdent(values.get('pkg_ident') ?? '')
    for (const part of ['origin', 'name', 'version', 'release'] as const) {
      const text = values.get(`pkg_${part}`)
      if (text !== ident[part]) {
        throw new Error(
          `pkg_${part} is ${JSON.stringify(text) ?? 'missing'}, but pkg_ident is ${formatIdent(ident)}`,
        )
      }
    }
    const hart = join(results, value('pkg_artifact', /^[^/\0]+\.hart$/, 'the name of a hart'))
    const sha256 = value('pkg_sha256sum', DIGEST, 'a SHA-256 sum')
    const blake2b = value('pkg_blake2bsum', DIGEST, 'a BLAKE2b sum')
    await checkSums(hart, sha256, blake2b)
    return { ident, hart, sha256, blake2b }
  } catch (error) {
    throw new MesosizeError(
      'BUILD_RESULT',
      `${path} does not describe what was built: ${messageOf(error)}. Remove the results folder and build again.`,
      { cause: error },
    )
  }
}

/** The version that is written until the plan's `pkg_version` function has been called. */
const NO_VERSION = '__pkg__version__unset__'

/**
 * The ident of a failed build, from results/pre_build.env: full, or without version and release if the version was
 * not known yet; undefined if it cannot be read.
 */
export async function readFailedBuild(results: string): Promise<string | undefined> {
  try {
    const values = parseEnv(await readRegular(join(results, 'pre_build.env')))
    const ident = parseFullIdent(values.get('pkg_ident') ?? '')
    return ident.version === NO_VERSION ? `${ident.origin}/${ident.name}` : formatIdent(ident)
  } catch {
    return undefined
  }
}

function parseEnv(text: string): Map<string, string> {
  const pairs = text
    .split('\n')
    .map(line => /^\s*(\w+)=(.*?)\s*$/.exec(line))
    .filter(match => match !== null)
  return new Map(pairs.map(([, key, value]) => [key!, value!]))
}

async function checkSums(hart: string, sha256: string, blake2b: string): Promise<void> {
  if (!(await lstat(hart)).isFile()) throw new Error(`${hart} is not a regular file`)
  const hash = createHash('sha256')
  async function* observed() {
    for await (const chunk of createReadStream(hart, { highWaterMark: 1 << 20 })) {
      hash.update(chunk)
      yield chunk
    }
  }
  const actual = { blake2b: await blake2b256(observed()), sha256: hash.digest('hex') }
  if (actual.sha256 !== sha256) throw new Error(`${hart} has the SHA-256 sum ${actual.sha256}, not ${sha256}`)
  if (actual.blake2b !== blake2b)
    throw new Error(`${hart} has the BLAKE2b sum ${actual.blake2b}, not ${blake2b}`)
}
