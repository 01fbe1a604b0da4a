/**
 * Far deeper than what people and programs write, and far from where a function that calls itself for each level
 * would fail with no more than "Maximum call stack size exceeded".
 */
export const DEEPEST = 200

/** To be read after what it is about. */
export const TOO_DEEP = `is nested more than ${DEEPEST} levels deep`

/**
 * `JSON.parse` for text of other people's making: nested without end, it would take memory without end, and whatever
 * goes through its value would fail.
 * @throws SyntaxError
 */
export function parseJson(text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it ${TOO_DEEP}`)
  return JSON.parse(text, reviver)
}

/** Whether brackets in JSON text nest too deep; what is not JSON may look so too. */
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
