import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { makeFolder } from '../../lib/make-folder.ts'
import { readRegular } from '../../lib/open-regular.ts'
import { partialName, sweepPartials } from '../../lib/partial.ts'
import { setting } from '../../lib/setting.ts'
import {
  formatKeyName,
  type OriginKeyName,
  type PublicOriginKey,
  parsePublicKey,
} from '../package/origin-key.ts'

export interface KeyRingOptions {
  /** Key caches, searched in this order. */
  folders: readonly string[]
  /** Fetches the text of a key that no folder has. */
  fetchKey?: (name: OriginKeyName) => Promise<string>
  /** Where fetched keys are stored for later runs. */
  storeIn?: string
}

/** The public origin keys that are trusted: those in the key caches, and those that Builder vouches for. */
export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #found = new Map<string, Promise<PublicOriginKey>>()

  constructor(options: KeyRingOptions) {
    this.#options = options
  }

  /**
   * @param hart path of the hart to verify; an error names the first hart that needed the key, so that all of them
   *   get the same error
   * @throws MesosizeError KEY_UNKNOWN if the key was not found, KEY_FORMAT if the file found is not this key
   */
  find(name: OriginKeyName, hart: string): Promise<PublicOriginKey> {
    const id = formatKeyName(name)
    const found = this.#found.get(id) ?? this.#look(name, hart)
    this.#found.set(id, found)
    return found
  }

  async #look(name: OriginKeyName, hart: string): Promise<PublicOriginKey> {
    const file = `${formatKeyName(name)}.pub`
    for (const folder of this.#options.folders) {
      const path = join(folder, file)
      const text = await readIfThere(path)
      if (text !== undefined) return checked(text, path, name)
    }
    if (!this.#options.fetchKey) throw unknownKey(name, hart, this.#options.folders)
    const text = await this.#options.fetchKey(name).catch(cause => {
      throw unknownKey(name, hart, this.#options.folders, cause)
    })
    const key = checked(text, `the answer of Builder for ${file}`, name)
    await this.#store(file, text)
    return key
  }

  async #store(file: string, text: string): Promise<void> {
    const folder = this.#options.storeIn
    if (folder === undefined) return
    const temporary = join(folder, partialName(file))
    try {
      await makeFolder(folder)
      await sweepPartials(folder, /\.pub$/)
      await writeFile(temporary, text, { flag: 'wx', mode: 0o444 })
      await rename(temporary, join(folder, file))
    } catch {
      // The key is available anyway; if the cache cannot be written, it is fetched again next time.
      await rm(temporary, { force: true }).catch(() => {})
    }
  }
}

function checked(text: string, from: string, name: OriginKeyName): PublicOriginKey {
  const key = parsePublicKey(text, from)
  if (formatKeyName(key.name) !== formatKeyName(name)) {
    throw new MesosizeError(
      'KEY_FORMAT',
      `${from} contains the key ${formatKeyName(key.name)}, not ${formatKeyName(name)}. Replace the file with the right key.`,
    )
  }
  return key
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readRegular(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw new MesosizeError(
      'KEY_UNREADABLE',
      `The key ${path} cannot be read: ${messageOf(error)}. Correct its permissions, or remove it.`,
    )
  }
}

function unknownKey(
  name: OriginKeyName,
  hart: string,
  folders: readonly string[],
  cause?: unknown,
): MesosizeError {
  const id = formatKeyName(name)
  const looked =
    folders.length > 0 ? `The key is not in ${folders.join(', ')}` : 'There is no key cache to look in'
  const asked =
    cause === undefined ? '' : `, and Builder did not give it: ${messageOf(cause).replace(/\.$/, '')}`
  return new MesosizeError(
    'KEY_UNKNOWN',
    `The public origin key ${id} is needed to verify a package. It signed ${hart}. ${looked}${asked}. ` +
      `Put ${id}.pub into a folder and name it with ${setting('keys')}.`,
    { cause },
  )
}
