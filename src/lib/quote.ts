/**
 * A value in a message: as JSON, short and on one line, since it may be hostile.
 * @param value anything that JSON has a form for
 * @param longest number of characters after which it is cut: of a text, or of the JSON of any other value
 */
export function quote(value: unknown, longest = 200): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, longest))
  return cut(JSON.stringify(value), longest)
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
