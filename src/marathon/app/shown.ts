import type { JsonValue } from './request.ts'

/** A value as JSON, short enough for a message, without what is secret in URIs. */
export function shown(value: JsonValue): string {
  const text = withoutUriSecrets(JSON.stringify(value))
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

/** A text without users and passwords in URIs and without their queries, in which storage services put signatures. */
export function withoutUriSecrets(text: string): string {
  return (
    text
      .replace(/\/\/[^/@"]*@/g, '//...@')
      // Word by word, so that the time is in proportion to the length.
      .replace(/[^\s"\\]+/g, word => (word.includes('://') ? word.replace(/\?[^#]+/, '?...') : word))
  )
}
