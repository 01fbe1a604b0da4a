interface EntryBase {
  /** Path from the top of the tarball or package root, `/`-separated, without a leading or trailing slash. */
  path: string
  /** Permission bits, with setuid, setgid and sticky: 0 to 0o7777. */
  mode: number
  /** Seconds since the epoch, whole. */
  mtime: number
}

export interface DirectoryEntry extends EntryBase {
  type: 'directory'
}

export interface FileEntry extends EntryBase {
  type: 'file'
  /** Bytes; `content` yields exactly this many. */
  size: number
  /** Read once, before the next entry is requested. */
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** The same bytes as a file of this machine, if there is one: a thread may read it later. */
  file?: LocalFile
}

/** A file of this machine as it was when it was found. */
export interface LocalFile {
  path: string
  /** Bytes. */
  size: number
  /** Time of its last change (ctime, which cannot be set), milliseconds since the epoch. */
  changed: number
}

export interface SymlinkEntry extends EntryBase {
  type: 'symlink'
  /** The link's text, as it is stored: not resolved. */
  target: string
}

export interface HardlinkEntry extends EntryBase {
  type: 'hardlink'
  /** The `path` of a file that came earlier in the same part. */
  target: string
}

/** One member of a file tree on its way from a package to the tarball. Everything belongs to root. */
export type Entry = DirectoryEntry | FileEntry | SymlinkEntry | HardlinkEntry

/**
 * A run of entries that is packed on its own: the generated files, or one package. The compressed bytes of a
 * part depend on nothing outside it.
 */
export interface Part {
  /** What it is called in reports: a package's ident, or what was generated. */
  name: string
  /** Identifies its entries for ever, so that their compressed bytes can be kept; absent if nothing does. */
  cacheKey?: string
  /** What is kept beside the compressed bytes: plain JSON. */
  metadata?: unknown
  entries(): Iterable<Entry> | AsyncIterable<Entry>
}
