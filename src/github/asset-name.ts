/**
 * The name under which GitHub keeps a file that is attached to a release: without diacritics, and with a dot for
 * each run of characters other than letters, digits and `- _ + @`. GitHub documents only that it renames; the rule is
 * the one that its own command line mirrors (cli/cli, pkg/cmd/release/shared/upload.go).
 */
export function assetName(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{Mn}/gu, '')
  const dotted = plain
    .replace(/^\./, 'default.')
    .replace(/[^a-z0-9_+@-]+/gi, '.')
    .replace(/^\.+|\.+$/g, '')
  // Nothing was left but the extension.
  return dotted === name || dotted.includes('.') ? dotted : `default.${dotted}`
}
