/**
 * Whether an export is called a port, by its name or its path in the configuration: the last word of either ends in
 * "port" or "ports", with or without a number after it (`http-port`, `ssl_port`, `clientPort`, `rpcport`, `port2`);
 * its name begins with the word "port" (`port-http`); or it is in a table that is called a port (`ports.http`).
 */
export function isCalledPort(name: string, path: readonly string[]): boolean {
  return (
    endsInPort(name) ||
    endsInPort(path.at(-1)!) ||
    wordsOf(name)[0] === 'port' ||
    (path.length > 1 && endsInPort(path.at(-2)!))
  )
}

/** Words that end in "port" but mean something else. */
const OTHER_WORDS = /^(?:air|ex|im|pass|re|sup|tele|trans|view)ports?\d*$/

function endsInPort(text: string): boolean {
  const last = wordsOf(text).at(-1) ?? ''
  return /ports?\d*$/.test(last) && !OTHER_WORDS.test(last)
}

function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
}
