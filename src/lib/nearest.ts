/**
 * The known word that was probably meant: one that differs by at most two slips, about one in three letters;
 * one that the word begins or that begins the word; or one with parts that the word's parts begin, in the same order:
 * `out-dir` for `output-dir`.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map(name => ({ name, distance: editDistance(word, name) }))
    .sort((a, b) => a.distance - b.distance)
  const close = ranked.find(({ name, distance }) => distance <= Math.min(2, slipsOf(name), slipsOf(word)))
  const related = ranked.find(
    ({ name }) =>
      word.length > 1 && (name.startsWith(word) || word.startsWith(name) || abbreviates(word, name)),
  )
  return (close ?? related)?.name
}

/** How many slips of a word still let it be recognized. */
function slipsOf(word: string): number {
  return Math.round(word.length / 3)
}

function abbreviates(word: string, name: string): boolean {
  const parts = name.split('-')
  return word.split('-').every(short => {
    const at = short === '' ? -1 : parts.findIndex(part => part.startsWith(short))
    parts.splice(0, at + 1)
    return at >= 0
  })
}

/** Insertions, deletions and replacements of one character, and swaps of two neighbours: optimal string alignment. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1]!
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1), swap))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
