import type { Entry } from '../entry.ts'

/**
 * A run of entries that is packed on its own: the generated files, or one package. The compressed bytes of a
 * part depend on nothing outside it.
 */
export interface Part {
  /** What it is called in reports: a package's ident, or what was generated. */
  name: string
  entries(): Iterable<Entry> | AsyncIterable<Entry>
}
