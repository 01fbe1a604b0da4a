/** Of an app; a typing error that asks for more can take Marathon down with an OutOfMemoryError. */
export const MOST_INSTANCES = 5000

/** What is wrong with a number of instances that nobody has confirmed, to be read after it; undefined if nothing. */
export function manyInstancesProblem(instances: unknown): string | undefined {
  return typeof instances === 'number' && instances > MOST_INSTANCES
    ? `is more than ${MOST_INSTANCES} instances, which can take Marathon down`
    : undefined
}
