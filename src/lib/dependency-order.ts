/**
 * Orders items so that each comes after those that it needs, and otherwise keeps their order.
 * @param needs what an item needs, among the items
 * @param circular makes the error for items that need each other; the first is also the last
 */
export function inOrderOfNeed<Item>(
  items: Iterable<Item>,
  needs: (item: Item) => Iterable<Item>,
  circular: (circle: readonly Item[]) => Error,
): Item[] {
  const ordered = new Set<Item>()
  const path: Item[] = []

  const visit = (item: Item) => {
    if (ordered.has(item)) return
    if (path.includes(item)) throw circular([...path.slice(path.indexOf(item)), item])
    path.push(item)
    for (const needed of needs(item)) visit(needed)
    path.pop()
    ordered.add(item)
  }

  for (const item of items) visit(item)
  return [...ordered]
}
