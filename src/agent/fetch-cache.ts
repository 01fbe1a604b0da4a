import { createHash } from 'node:crypto'
import { rename, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../lib/make-folder.ts'
import { partialName } from '../lib/partial.ts'
import { KEPT_SUFFIX, sweepCache } from '../package-cache/index.ts'

/** Mesos' own for `--fetcher_cache_size`, bytes. */
const LIMIT = 2 * 1024 ** 3

/** What was fetched with `cache: true`, kept for later runs. As on an agent, nothing asks whether it has changed. */
export class FetchCache {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * @param key user and URI
   * @param save writes to a path what is not kept yet
   * @returns the path of the file
   * @throws what `save` and the file system throw
   */
  async get(key: string, save: (path: string) => Promise<void>): Promise<string> {
    const name = `${createHash('sha256').update(key).digest('hex')}${KEPT_SUFFIX}`
    const path = join(this.#folder, name)
    const now = new Date()
    // Anything else is replaced; a named pipe would be waited for.
    if ((await stat(path).catch(() => undefined))?.isFile()) {
      await utimes(path, now, now)
      return path
    }
    await makeFolder(this.#folder, 0o700)
    await sweepCache(this.#folder, { limit: LIMIT })
    const partial = join(this.#folder, partialName(name))
    await save(partial)
    await rename(partial, path)
    return path
  }
}
