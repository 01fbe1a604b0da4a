import type { DirectoryEntry, Entry, FileEntry, SymlinkEntry } from '../../codec/tar/entry.ts'
import type { Spool } from '../../lib/spool.ts'

// hab writes them after running the hook (components/common/src/templating/hooks.rs), and the Supervisor then does not
// run it again; but the effects of the hook are on that machine, not in the image.
const HOOK_STATUS = ['INSTALL_HOOK_STATUS', 'UNINSTALL_HOOK_STATUS']

/**
 * Whether a file describes the machine that a package was installed on, and so does not belong in an image.
 * @param path inside the package
 */
export function isOfThisMachine(path: string): boolean {
  return HOOK_STATUS.includes(path)
}

/** A file with all its names, whose content is a range of the spool; or a directory or symlink. */
type Member = DirectoryEntry | SymlinkEntry | (Omit<FileEntry, 'content'> & { start: number })

/**
 * Puts a hart's entries into the form in which `InstalledPackages` finds them after hab has installed the hart:
 * parents before children and siblings by name, whatever the order in the archive, which is that of the build
 * machine's file system; an entry for each directory that is only implied by names; and if a file has several names,
 * the first is the file and the others are hard links with its mode and time. Everything is read before the first
 * entry is yielded.
 * @param entries as `packageEntries` yields them
 * @param spool stores the content of files in the meantime
 */
export async function* asInstalled(entries: AsyncIterable<Entry>, spool: Spool): AsyncGenerator<Entry> {
  const members = await membersOf(entries, spool)
  const names = new Map<Member, string>()
  const [root = ''] = members.keys()
  // Compares part by part: a NUL, which paths cannot contain, sorts before everything else.
  const keys = [...members.keys()].map(path => path.replaceAll('/', '\0')).sort()
  for (const key of keys) {
    const path = key.replaceAll('\0', '/')
    const member = members.get(path)!
    if (member.type !== 'directory' && isOfThisMachine(path.slice(root.length + 1))) continue
    const first = names.get(member)
    if (member.type !== 'file') yield { ...member, path }
    else if (first !== undefined) {
      yield { type: 'hardlink', path, mode: member.mode, mtime: member.mtime, target: first }
    } else {
      names.set(member, path)
      const { start, ...file } = member
      yield { ...file, path, content: spool.read(start, file.size) }
    }
  }
}

/** The members by path, the package's own directory first; all names of a file share one member. */
async function membersOf(entries: AsyncIterable<Entry>, spool: Spool): Promise<Map<string, Member>> {
  const members = new Map<string, Member>()
  let root: Entry | undefined
  for await (const entry of entries) {
    root ??= entry
    for (const path of missingParents(entry.path, root.path, members)) {
      members.set(path, { type: 'directory', path, mode: 0o755, mtime: root.mtime })
    }
    if (entry.type === 'file') {
      const { content, ...file } = entry
      members.set(entry.path, { ...file, start: spool.length })
      for await (const piece of content) await spool.write(piece)
    } else if (entry.type === 'hardlink') {
      members.set(entry.path, members.get(entry.target)!)
    } else {
      members.set(entry.path, entry)
    }
  }
  return members
}

/** The missing directories between the package's own directory and a path. */
function* missingParents(path: string, root: string, members: ReadonlyMap<string, Member>) {
  for (let end = path.lastIndexOf('/'); end > root.length; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end)
    if (members.has(parent)) return
    yield parent
  }
}
