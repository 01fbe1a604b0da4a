/** What the bundler knows about a module. */
export type InfoOf = (id: string) => { code: string | null; importedIds: readonly string[] } | null

/** A module and everything that it needs, with static imports. @param within other modules are not followed */
export function reach(from: string, infoOf: InfoOf, within?: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    if (found.has(id) || within?.has(id) === false) return
    found.add(id)
    for (const next of infoOf(id)?.importedIds ?? []) visit(next)
  }
  visit(from)
  return found
}
