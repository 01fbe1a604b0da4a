/**
 * Levels. Far more than people and programs write, and far fewer than make a recursive function fail with nothing but
 * "Maximum call stack size exceeded".
 */
export const DEEPEST = 200

/** The end of a sentence. */
export const TOO_DEEP = `is nested more than ${DEEPEST} levels deep`

/**
 * `JSON.parse` for text from elsewhere. Endlessly nested text would use up the memory, and recursive functions could not
 * handle its value.
 * @throws SyntaxError
 */
export function parseJson(text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it ${TOO_DEEP}`)
  return JSON.parse(text, reviver)
}

/** Whether JSON text is nested too deep. Text that is not JSON may count as such too. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at)
        break
      case '[':
      case '{':
        depth++
        if (depth > DEEPEST) return true
        break
      case ']':
      case '}':
        depth--
    }
  }
  return false
}

/** @param start of its first quote */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
