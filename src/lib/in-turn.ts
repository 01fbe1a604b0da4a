/** A list with at least one item. */
export type NonEmpty<T> = readonly [T, ...T[]]

/** Calls a function for one item after another. @returns the results, in the order of the items */
export async function inTurn<T, U>(
  [first, ...others]: NonEmpty<T>,
  call: (item: T) => Promise<U>,
): Promise<NonEmpty<U>> {
  const results: [U, ...U[]] = [await call(first)]
  for (const item of others) results.push(await call(item))
  return results
}
