import type { JsonValue } from '../request.ts'

export type Cause =
  /** Marathon refuses it, whatever its flags. */
  | 'refused'
  /** Marathon accepts it, but Mesos or Linux cannot carry it out. */
  | 'impossible'
  /** Marathon refuses it unless it runs with a certain flag. */
  | 'cluster'
  /** It works, but probably not as intended, or not with every version of Marathon and Mesos. */
  | 'doubt'

/** One problem, or possible problem, of an app definition. */
export interface Problem {
  cause: Cause
  /** Where it is, in JavaScript's notation: `fetch[0].uri`. */
  place: string
  value?: JsonValue
  /** What is wrong and what to write, as a phrase that follows the value. */
  problem: string
}

/** The notation for a place, from the field names and list indices that lead to it. */
export function place(...steps: readonly (string | number)[]): string {
  return steps
    .map((step, depth) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `[${JSON.stringify(step)}]`
      return depth === 0 ? step : `.${step}`
    })
    .join('')
}

export const refused = problemWith('refused')
export const impossible = problemWith('impossible')
export const cluster = problemWith('cluster')
export const doubt = problemWith('doubt')

function problemWith(cause: Cause) {
  return (place: string, value: JsonValue | undefined, problem: string): Problem => ({
    cause,
    place,
    value,
    problem,
  })
}
