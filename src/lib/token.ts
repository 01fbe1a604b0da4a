/** Whether a text can be a token in an HTTP header: visible ASCII (RFC 9110, section 5.5), not empty. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
