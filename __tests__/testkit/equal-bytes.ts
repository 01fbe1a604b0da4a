import { expect } from 'vitest'

// Vitest compares bytes one by one with all that it knows of equality: a third of a second for each megabyte.
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : undefined,
])
