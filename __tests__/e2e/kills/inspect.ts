import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What is in a folder and its subfolders. */
export interface Contents {
  /** SHA-256 of each file with a final name, by path. */
  files: ReadonlyMap<string, string>
  /** Paths of hidden files and folders, which unfinished ones are. The contents of such folders are not listed. */
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
      // The folder of Habitat's caches.
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

/** Names of unfinished files and folders, by which a sweep recognizes them. */
const UNFINISHED = /^\.(?:mesosize|[0-9a-f]{64}\.kept|.+\.hart|.+\.pub)\.\d+-[0-9a-f]{12}\.partial$/

/**
 * Checks a folder after a process was killed while writing to it.
 * @param whole the possible digests of each complete file
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
