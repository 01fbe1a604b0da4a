/** Whether a text is visible ASCII and not empty, as a token in an HTTP header must be (RFC 9110, section 5.5). */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
