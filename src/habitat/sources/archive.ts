import type { Entry } from '../../codec/tar/entry.ts'
import type { TarMember } from '../../codec/tar/read.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { quote } from '../../lib/quote.ts'
import { type FullIdent, packagePath, parseFullIdent, releaseTime } from '../package/ident.ts'

// Far above any real package; they limit the memory for names.
const NAMES_LIMIT = 500_000
const NAMES_LENGTH_LIMIT = 64 << 20

// Bytes. On Linux, names have at most 255 and paths at most 4095; in an image, packages are in a further folder.
const LONGEST_NAME = 255
const LONGEST_PATH = 4000

/**
 * Turns the members of a hart's archive into entries that cannot reach outside the package's own directory, whatever
 * the archive contains: directories above it are left out; everything else must be inside it, only once, and never
 * behind a link. The package's own directory comes first; if the archive has it later, it is yielded again. Owners and
 * times of directories are not taken from the archive, because hab does not keep them either.
 * @param members what `readTar` yields
 * @param name names the archive in errors
 * @throws MesosizeError ARCHIVE_UNSAFE, ARCHIVE_TOO_LARGE, ARCHIVE_EMPTY
 */
export async function* packageEntries(
  members: AsyncIterable<TarMember>,
  name: string,
): AsyncGenerator<Entry> {
  let tree: PackageTree | undefined
  for await (const member of members) {
    const path = plainPath(member.path, name)
    if (tree === undefined) {
      if (member.type === 'directory' && isAbovePackages(path)) continue
      tree = new PackageTree(identOf(path, name), name)
      if (path !== tree.root) yield tree.imply()
    } else if (member.type === 'directory' && tree.root.startsWith(`${path}/`)) {
      continue
    }
    yield tree.add(toEntry(member, path, tree, name))
  }
  if (tree === undefined) {
    throw new MesosizeError(
      'ARCHIVE_EMPTY',
      `${name} does not contain a package: nothing in it is under hab/pkgs. Build it again.`,
    )
  }
}

/** The members seen so far, to refuse those that contradict them. */
class PackageTree {
  /** The package's own directory. */
  readonly root: string
  /** Seconds since the epoch. */
  readonly released: number
  readonly #name: string
  /** `implied`: a directory that has only appeared in the paths of its members so far. */
  readonly #types = new Map<string, Entry['type'] | 'implied'>()
  #namesLength = 0

  constructor(ident: FullIdent, name: string) {
    this.root = packagePath(ident)
    this.released = releaseTime(ident)
    this.#name = name
  }

  add(entry: Entry): Entry {
    const { path } = entry
    if (path !== this.root && !path.startsWith(`${this.root}/`)) {
      throw unsafe(this.#name, `${quote(path)} is outside ${this.root}`)
    }
    if (path === this.root && entry.type !== 'directory') {
      throw unsafe(this.#name, `${quote(path)} is a ${entry.type}, not a directory`)
    }
    const before = this.#types.get(path)
    if (before !== undefined && !(before === 'implied' && entry.type === 'directory')) {
      throw unsafe(this.#name, `${quote(path)} appears twice`)
    }
    this.#types.set(path, entry.type)
    this.#addParents(path)
    this.#namesLength += path.length
    if (this.#types.size > NAMES_LIMIT || this.#namesLength > NAMES_LENGTH_LIMIT)
      throw tooManyNames(this.#name)
    if (entry.type === 'hardlink' && !['file', 'symlink'].includes(this.#types.get(entry.target) ?? '')) {
      throw unsafe(
        this.#name,
        `${quote(path)} is a hardlink to ${quote(entry.target)}, which is not an earlier file or symlink`,
      )
    }
    return entry
  }

  /** The package's own directory, if the archive does not begin with it. */
  imply(): Entry {
    this.#types.set(this.root, 'implied')
    return { type: 'directory', path: this.root, mode: 0o755, mtime: this.released }
  }

  /** Every parent of a member must be a directory, whether or not it has its own entry. */
  #addParents(path: string): void {
    for (let end = path.lastIndexOf('/'); end > this.root.length; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end)
      const type = this.#types.get(parent)
      if (type === 'directory' || type === 'implied') return
      if (type !== undefined)
        throw unsafe(this.#name, `${quote(path)} would be written through the ${type} ${quote(parent)}`)
      this.#types.set(parent, 'implied')
    }
  }
}

function toEntry(member: TarMember, path: string, { released }: PackageTree, name: string): Entry {
  const { mode } = member
  // The crate with which hab unpacks changes 0 to 1 (alexcrichton/tar-rs, src/entry.rs).
  const common = { path, mode, mtime: member.mtime || 1 }
  switch (member.type) {
    case 'directory':
      return { ...common, type: 'directory', mtime: released }
    case 'file':
      return { ...common, type: 'file', size: member.size, content: member.content }
    case 'symlink':
      return { ...common, type: 'symlink', mode: 0o777, target: member.linkpath }
    case 'hardlink':
      return { ...common, type: 'hardlink', target: plainPath(member.linkpath, name) }
  }
}

/** A path without a leading `./` or trailing `/`. Other unusual paths are refused, not corrected. */
function plainPath(path: string, name: string): string {
  const plain = path.replace(/^(\.\/)+/, '').replace(/\/$/, '')
  if (plain === '' || plain === '.') return '.'
  if (plain.split('/').some(part => part === '' || part === '.' || part === '..')) {
    throw unsafe(name, `the path ${quote(path)} is absolute or not normalized`)
  }
  if (Buffer.byteLength(plain) > LONGEST_PATH) {
    throw unsafe(name, `the path ${quote(path)} is longer than ${LONGEST_PATH} bytes`)
  }
  const long = plain.split('/').find(part => Buffer.byteLength(part) > LONGEST_NAME)
  if (long !== undefined) {
    throw unsafe(
      name,
      `the name ${quote(long)} is longer than ${LONGEST_NAME} bytes, which no file on Linux can have`,
    )
  }
  return plain
}

function isAbovePackages(path: string): boolean {
  const parts = path.split('/')
  return path === '.' || (parts.length < 6 && parts[0] === 'hab' && (parts.length < 2 || parts[1] === 'pkgs'))
}

function identOf(path: string, name: string): FullIdent {
  const parts = path.split('/')
  if (parts.length < 6 || parts[0] !== 'hab' || parts[1] !== 'pkgs') {
    throw unsafe(name, `${quote(path)} is not under hab/pkgs/ORIGIN/NAME/VERSION/RELEASE`)
  }
  try {
    return parseFullIdent(parts.slice(2, 6).join('/'))
  } catch (cause) {
    throw unsafe(name, `${quote(path)} is not under a package's directory`, cause)
  }
}

function unsafe(name: string, problem: string, cause?: unknown): MesosizeError {
  return new MesosizeError(
    'ARCHIVE_UNSAFE',
    `The archive of ${name} is refused: ${problem}. Build the package again.`,
    {
      cause,
    },
  )
}

function tooManyNames(name: string): MesosizeError {
  return new MesosizeError(
    'ARCHIVE_TOO_LARGE',
    `The archive of ${name} has more than ${NAMES_LIMIT} files, or names of more than ${NAMES_LENGTH_LIMIT} characters. Split the package.`,
  )
}
