import pMap from 'p-map'
import { MesosizeError, messageOf } from './errors.ts'

/**
 * Does the same for each of several things, some at a time, and goes on after a failure, so that all
 * problems are reported at once.
 * @throws MesosizeError with the message of each failure on a line of its own and the code of the first; a
 *   single failure as it is
 */
export async function forAll<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  try {
    return await pMap(items, work, { concurrency: atOnce, stopOnError: false })
  } catch (error) {
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const messages = [...new Set(failures.map(messageOf))]
    if (messages.length === 1) throw failures[0]
    const [first] = failures
    const code = first instanceof MesosizeError ? first.code : 'SEVERAL'
    throw new MesosizeError(code, messages.join('\n'), { cause: first })
  }
}
