// GitHub-flavoured Markdown, for texts that may hold anything.

/** @param rows cells that are Markdown themselves */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
}

/** Content that is folded until a person opens it. */
export function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`
}

/**
 * A code span, whatever backticks and line ends the text holds (CommonMark, section 6.1); a bar would end a table's
 * cell, and an empty line the paragraph.
 */
export function code(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  const ticks = '`'.repeat(longest(line, /`+/g) + 1)
  const padded = line.startsWith('`') || line.endsWith('`') ? ` ${line} ` : line
  return `${ticks}${padded.replaceAll('|', '\\|')}${ticks}`
}

export function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(2, longest(text, /^`+/gm)) + 1)
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}

/** The length of the longest match. They are not spread, because a call accepts only so many arguments. */
function longest(text: string, pattern: RegExp): number {
  let most = 0
  for (const [match] of text.matchAll(pattern)) most = Math.max(most, match.length)
  return most
}
