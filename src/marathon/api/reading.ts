// Marathon's answers come over a network: each value is looked at before it is taken for what it should be.

export function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

/** An id, version, name of a host or the like: what can stand in a message as it is, and begin no line of its own. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,500}$/.test(value) ? value : undefined
}
