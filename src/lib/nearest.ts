/** The known word that was probably meant: a beginning of it, one that it begins, or one that differs by at most two letters and half of them. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map(name => ({ name, distance: editDistance(word, name) }))
    .sort((a, b) => a.distance - b.distance)
  const close = ranked.find(({ name, distance }) => distance <= Math.min(2, name.length / 2, word.length / 2))
  const related = ranked.find(
    ({ name }) => word.length > 1 && (name.startsWith(word) || word.startsWith(name)),
  )
  return (close ?? related)?.name
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i++) {
    const above = row
    row = [i + 1]
    for (let j = 0; j < b.length; j++) {
      row.push(Math.min(above[j + 1]! + 1, row[j]! + 1, above[j]! + (a[i] === b[j] ? 0 : 1)))
    }
  }
  return row[b.length]!
}
