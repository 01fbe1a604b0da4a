import type { App } from '../shapes/app.ts'
import type { Problem } from './problem.ts'

/** A rule between fields, for a definition whose fields have been read. */
export interface Rule {
  /** The fields it looks at. It is skipped if one of them could not be read. */
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

/** Members with the same key as an earlier one, each with the index of that one; members without a key are skipped. */
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
