import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What is in a folder and all below it. */
export interface Contents {
  /** SHA-256 of files under names that are meant to stay, by their paths. */
  files: ReadonlyMap<string, string>
  /** Paths of what is hidden, as what is not finished is; what is in such a folder is not listed. */
  hidden: readonly string[]
}

export async function contentsOf(folder: string): Promise<Contents> {
  const files = new Map<string, string>()
  const hidden: string[] = []
  await walk(folder)
  return { files, hidden }

  async function walk(current: string): Promise<void> {
    for (const entry of await readdir(current, { withFileTypes: true })) {
      const path = join(current, entry.name)
      const name = relative(folder, path)
      // Habitat's own folder.
      if (entry.name.startsWith('.') && entry.name !== '.hab') hidden.push(name)
      else if (entry.isDirectory()) await walk(path)
      else
        files.set(
          name,
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        )
    }
  }
}

/** What Mesosize calls files and folders that are not finished; what a sweep knows them by. */
const UNFINISHED =
  /^(?:\.mesosize-\w{6}|\.[0-9a-f]{64}\.kept\.[0-9a-f]+\.partial|\..+\.hart\.[0-9a-f]{12}\.partial|\..+\.pub\.\d+)$/

/**
 * What is wrong with a folder after a process was killed that wrote into it.
 * @param whole the digests that each file may have
 */
export function problemsIn(
  { files, hidden }: Contents,
  whole: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const torn = [...files]
    .filter(([path, digest]) => !whole.get(path)?.has(digest))
    .map(([path, digest]) => `${path} has the SHA-256 ${digest}`)
  const unknown = hidden
    .filter(path => !UNFINISHED.test(path.slice(path.lastIndexOf('/') + 1)))
    .map(path => `${path} would not be swept`)
  return [...torn, ...unknown]
}
