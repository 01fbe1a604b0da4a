/**
 * Hostile text, short and on one line.
 * @param longest number of characters after which it is cut
 */
export function quote(text: string, longest = 200): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)
}
