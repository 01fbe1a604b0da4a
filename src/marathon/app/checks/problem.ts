import type { JsonValue } from '../request.ts'

export type Cause =
  /** Marathon refuses it, whatever its flags. */
  | 'refused'
  /** Marathon takes it, but Mesos or Linux cannot do what it says. */
  | 'impossible'
  /** Marathon refuses it unless it runs with a certain flag. */
  | 'cluster'
  /** It works, but hardly as it is meant, or not with every version of Marathon and Mesos. */
  | 'doubt'

/** One thing about an app definition that is wrong or may be. */
export interface Problem {
  cause: Cause
  /** Where, as one writes it in JavaScript: `fetch[0].uri`. */
  place: string
  value?: JsonValue
  /** What is wrong and what to write, to be read after the value. */
  problem: string
}

/** A place by the names of fields and the indices in lists that lead to it. */
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
