import { availableParallelism } from 'node:os'
import { LOAD } from './results.ts'
import { median, type Outcome } from './rounds.ts'
import { TAR } from './variants.ts'

/** By how much the rounds of a program that always does the same may differ, relative to their median. */
const MOST_SPREAD = 0.1

/**
 * Why the numbers of a run do not count: the machine had other things to do.
 * @param load the average number of processes that ran or wanted to, before the run
 * @returns nothing for a valid run
 */
export function doubtsAbout(
  outcomes: readonly Outcome[],
  load = LOAD,
  cores = availableParallelism(),
): string[] {
  const doubts: string[] = []
  if (load > cores) doubts.push(`the load was ${load.toFixed(2)} at the start, on ${cores} cores`)
  const walls = outcomes.find(({ name }) => name === TAR)?.rounds.map(({ wall }) => wall)
  if (walls !== undefined) {
    const spread = (Math.max(...walls) - Math.min(...walls)) / median(walls)
    if (spread > MOST_SPREAD)
      doubts.push(
        `the rounds of \`${TAR}\` differ by ${(100 * spread).toFixed(0)} %, more than ${100 * MOST_SPREAD} %`,
      )
  }
  return doubts
}
