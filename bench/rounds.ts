import { statSync } from 'node:fs'
import { type Measurement, measure } from './measure.ts'

/** One way to do the work. */
export interface Variant {
  name: string
  command: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Runs before each run, unmeasured. */
  before?: () => void
  /** The file that it writes. */
  output?: () => string
  /** The name of the variant that it is compared with. */
  against?: string
}

export interface Outcome {
  name: string
  against?: string
  rounds: Measurement[]
}

/**
 * Runs each variant once per round, so that other load on the machine affects all of them, and starts each round with a
 * different one.
 * @param check called with each variant after its first run, to check what it wrote
 */
export function runRounds(
  variants: readonly Variant[],
  count: number,
  check: (variant: Variant) => void = () => {},
): Outcome[] {
  const outcomes = variants.map(({ name, against }): Outcome => ({ name, against, rounds: [] }))
  for (let round = 0; round < count; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const index = (turn + round) % variants.length
      const variant = variants[index]!
      variant.before?.()
      const measured = measure(variant.command, variant.env)
      const size = variant.output && statSync(variant.output()).size
      outcomes[index]!.rounds.push({ ...measured, size })
      process.stderr.write(`round ${round + 1} of ${count}: ${variant.name}: ${measured.wall.toFixed(2)} s\n`)
      if (round === 0) check(variant)
    }
  }
  return outcomes
}

/** The numbers that summarize all rounds of a variant. */
export interface Summary {
  name: string
  /** Medians. */
  wall: number
  cpu: number
  size?: number
  /** The maximum. */
  peak: number
  /** Speed and file size relative to the variant it is compared with: medians of each round's ratio. */
  speed?: number
  /** The lowest and the highest speed of a round. */
  speeds?: readonly [number, number]
  relativeSize?: number
}

export function summarize(outcomes: readonly Outcome[]): Summary[] {
  return outcomes.map(({ name, against, rounds }) => {
    const base = outcomes.find(other => other.name === against)?.rounds
    const sizes = rounds.flatMap(({ size }) => size ?? [])
    return {
      name,
      wall: median(rounds.map(({ wall }) => wall)),
      cpu: median(rounds.map(({ cpu }) => cpu)),
      peak: Math.max(...rounds.map(({ peak }) => peak)),
      ...(sizes.length > 0 && { size: median(sizes) }),
      ...(base && speedAgainst(base, rounds)),
      ...(base?.[0]?.size !== undefined &&
        sizes.length > 0 && { relativeSize: median(sizes.map((size, round) => size / base[round]!.size!)) }),
    }
  })
}

/** How many times as fast the second is as the first. */
export function speedAgainst(
  base: readonly Measurement[],
  rounds: readonly Measurement[],
): Required<Pick<Summary, 'speed' | 'speeds'>> {
  const speeds = rounds.map(({ wall }, round) => base[round]!.wall / wall)
  return { speed: median(speeds), speeds: [Math.min(...speeds), Math.max(...speeds)] }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
