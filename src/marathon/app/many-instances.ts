/** Limit for an app without confirmation; a typing error can take Marathon down with an OutOfMemoryError. */
export const MOST_INSTANCES = 5000

/** The problem with an unconfirmed number of instances, as a phrase that follows it, or undefined. */
export function manyInstancesProblem(instances: unknown): string | undefined {
  return typeof instances === 'number' && instances > MOST_INSTANCES
    ? `is more than ${MOST_INSTANCES} instances, which can take Marathon down`
    : undefined
}
