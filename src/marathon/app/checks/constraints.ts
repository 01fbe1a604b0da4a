import { javaRegexProblem } from '../java-regex.ts'
import { CONSTRAINT_EXAMPLE } from '../shapes/constraints.ts'
import { refused } from './problem.ts'
import { items, rule } from './rule.ts'

// Where tasks may run (api/v2/validation/SchedulingValidation.scala, Java's Integer.parseInt).

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS']

export const CONSTRAINT_RULES = [
  rule(['constraints'], function* ({ constraints }) {
    for (const [index, constraint] of items(constraints)) {
      const problem = constraintProblem(constraint)
      if (problem) yield refused(`constraints[${index}]`, constraint, problem)
    }
  }),
]

/** What is wrong with a constraint, to be read after it; undefined if nothing is. */
export function constraintProblem(constraint: readonly string[]): string | undefined {
  if (constraint.length < 2 || constraint.length > 3)
    return `must have two or three texts, such as ${CONSTRAINT_EXAMPLE}`
  const [field, operator, value] = constraint
  if (field === '') return 'must start with a field, such as "hostname"'
  // Marathon's own check ignores the case of the operator, and then it fails with 500.
  if (!OPERATORS.includes(operator!)) return `must have one of ${OPERATORS.join(', ')} as its second member`
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? undefined : 'must not have a value: UNIQUE takes none'
    case 'GROUP_BY':
      return value === undefined ? undefined : countProblem(operator, value)
    case 'MAX_PER':
      return countProblem(operator, value)
    case 'LIKE':
    case 'UNLIKE':
      return regexProblem(operator, value)
    case 'IS':
      return /^[a-zA-Z0-9_/.-]*$/.test(value ?? '')
        ? undefined
        : 'must have only letters, digits and "_/.-" in its third member: IS compares with text or a number'
  }
  return undefined
}

function countProblem(operator: string, value: string | undefined): string | undefined {
  return value !== undefined && /^[+-]?\p{Nd}+$/u.test(value) && Math.abs(Number(value)) < 2 ** 31
    ? undefined
    : `must have a whole number as its third member, such as "2": ${operator} needs one`
}

function regexProblem(operator: string, value: string | undefined): string | undefined {
  if (value === undefined) {
    return `must have a regular expression as its third member, such as "rack-[1-3]": ${operator} needs one`
  }
  const problem = javaRegexProblem(value)
  return (
    problem &&
    `must have a regular expression that Java can read as its third member, such as "rack-[1-3]": ${problem}`
  )
}
