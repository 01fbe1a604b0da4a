import pMap, { pMapSkip } from 'p-map'
import { MesosizeError, messageOf } from './errors.ts'

/** Enough to see what is wrong: the others would fail alike, and each may be retried for minutes. */
const MOST_FAILURES = 10

/**
 * Does the same for each of several things, some at a time, and continues after a failure, so that all problems are
 * reported at once; after ten failures it stops.
 * @throws MesosizeError with the message of each failure on a line of its own and the code of the first; a
 *   single failure as it is
 */
export async function forAll<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  let failed = 0
  let left = 0
  const attempt = async (item: Item) => {
    if (failed >= MOST_FAILURES) {
      left++
      return pMapSkip
    }
    try {
      return await work(item)
    } catch (error) {
      failed++
      throw error
    }
  }
  try {
    return await pMap(items, attempt, { concurrency: atOnce, stopOnError: false })
  } catch (error) {
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const messages = [...new Set(failures.map(messageOf))].slice(0, MOST_FAILURES)
    if (left > 0) messages.push(`After ${failures.length} failures, ${left} more were not tried.`)
    if (messages.length === 1) throw failures[0]
    const [first] = failures
    const code = first instanceof MesosizeError ? first.code : 'SEVERAL'
    throw new MesosizeError(code, messages.join('\n'), { cause: first })
  }
}
