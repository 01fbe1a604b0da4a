import * as v from 'valibot'
import { javaRegexProblem } from '../java-regex.ts'
import { refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { list, text } from './shape.ts'

// Where tasks may run (types/constraint.raml, api/v2/validation/SchedulingValidation.scala, Java's Integer.parseInt).

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS']
const EXAMPLE = '["hostname", "UNIQUE"]'

export const CONSTRAINTS = {
  constraints: v.optional(list(list(text('"hostname"'), EXAMPLE), `[${EXAMPLE}]`)),
}

export const CONSTRAINT_RULES = [
  rule(['constraints'], function* ({ constraints }) {
    for (const [index, constraint] of items(constraints)) {
      const problem = constraintProblem(constraint)
      if (problem) yield refused(`constraints[${index}]`, constraint, problem)
    }
  }),
]

function constraintProblem(constraint: readonly string[]): string | undefined {
  if (constraint.length < 2 || constraint.length > 3)
    return `must have two or three texts, such as ${EXAMPLE}`
  const [field, operator, value] = constraint
  if (field === '') return 'must start with a field, such as "hostname"'
  // Marathon's check reads the operator in any case, and fails with 500 afterwards.
  if (!OPERATORS.includes(operator!)) return `must have one of ${OPERATORS.join(', ')} in its second place`
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? undefined : 'must have no value: UNIQUE takes none'
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
        : 'must have only letters, digits and "_/.-" in its third place: IS compares with text or a number'
  }
  return undefined
}

function countProblem(operator: string, value: string | undefined): string | undefined {
  return value !== undefined && /^[+-]?\p{Nd}+$/u.test(value) && Math.abs(Number(value)) < 2 ** 31
    ? undefined
    : `must have a whole number in its third place, such as "2": ${operator} needs one`
}

function regexProblem(operator: string, value: string | undefined): string | undefined {
  if (value === undefined) {
    return `must have a regular expression in its third place, such as "rack-[1-3]": ${operator} needs one`
  }
  const problem = javaRegexProblem(value)
  return (
    problem &&
    `must have a regular expression that Java can read in its third place, such as "rack-[1-3]": ${problem}`
  )
}
