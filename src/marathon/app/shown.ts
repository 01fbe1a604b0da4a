import type { JsonValue } from './request.ts'

/** A value as JSON, short enough for a message, without passwords in URIs. */
export function shown(value: JsonValue): string {
  const text = JSON.stringify(value).replace(/\/\/[^/@"]*@/g, '//...@')
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
