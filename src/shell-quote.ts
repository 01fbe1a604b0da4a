/** A text as one word of POSIX sh, whatever characters but NUL it holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
