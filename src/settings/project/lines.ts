/**
 * Where the keys of a TOML document are, for messages: smol-toml gives positions of syntax errors only. Reads the text
 * line by line, so it must be valid TOML; keys of inline tables are not found.
 * @returns the line, from 1, by the key's path: `mem`, `service.1.mem` for the second `[[service]]`, and `service.1`
 * or `deploy` for the table itself
 */
export function linesOfKeys(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table = ''
  let closing: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (closing !== undefined) {
      if (line.includes(closing)) closing = undefined
      continue
    }
    const [, brackets, header] = HEADER.exec(line) ?? []
    const key = header === undefined ? KEY.exec(line)?.slice(1).find(Boolean) : undefined
    if (header !== undefined) {
      const name = header.replace(/["'\s]/g, '')
      const count = counts.get(name) ?? 0
      counts.set(name, count + 1)
      table = brackets === '[[' ? `${name}.${count}` : name
    }
    const inTable = key && (table === '' ? key : `${table}.${key}`)
    for (const path of header === undefined ? [inTable] : [table, table.replace(/\.\d+$/, '')]) {
      if (path && !lines.has(path)) lines.set(path, index + 1)
    }
    closing = opened(line)
  }
  return lines
}

const HEADER = /^\s*(\[\[?)([^\][#]+)\]/
const KEY = /^\s*(?:"([^"\\]*)"|'([^']*)'|([\w-]+))\s*[.=]/

/** The quotes that end a string of several lines, if one begins in this line. */
function opened(line: string): string | undefined {
  return ['"""', "'''"].find(quotes => line.split(quotes).length % 2 === 0)
}
