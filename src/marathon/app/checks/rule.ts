import type { App } from './app.ts'
import type { Problem } from './problem.ts'

/** A rule between fields, for a definition whose fields have been read. */
export interface Rule {
  /** What it looks at: it says nothing where one of them could not be read. */
  fields: readonly (keyof App)[]
  problems(app: App): Iterable<Problem>
}

export function rule<const F extends keyof App>(
  fields: readonly F[],
  problems: (app: Pick<App, F>) => Iterable<Problem>,
): Rule {
  return { fields, problems }
}

/** The members of a list that could be read, each with its index. */
export function* items<T>(list: readonly (T | undefined)[] | undefined): Generator<[number, T]> {
  for (const [index, item] of (list ?? []).entries()) {
    if (item !== undefined) yield [index, item]
  }
}

/** Those whose key an earlier one has too, each with the index of that; members without a key do not count. */
export function* repeated<T>(
  list: readonly (T | undefined)[] | undefined,
  keyOf: (item: T) => string | number | undefined,
): Generator<{ index: number; key: string | number; first: number }> {
  const seen = new Map<string | number, number>()
  for (const [index, item] of items(list)) {
    const key = keyOf(item)
    if (key === undefined) continue
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    else yield { index, key, first }
  }
}
