import type { TomlValue } from 'smol-toml'

/** A port as a configuration has it: alone, or at the end of an address. */
export interface ConfiguredPort {
  /** 1 to 65535. */
  number: number
  /** What stands before the number: `127.0.0.1:`, or nothing where the value is the number itself. */
  before: string
  /** Whether a service can listen there on whatever machine it runs: no host of others is named. */
  local: boolean
}

// HOST:PORT, with a scheme or without. A host is nothing, *, an IP address, one of version 6 in brackets, or a name,
// which has a letter: 12:30 is not an address. `launch` fills in the port where it finds these characters before it.
const ADDRESS =
  /^(?<before>(?:[a-z][a-z0-9+.-]*:\/\/)?(?<host>|\*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|(?=[^:]*[a-z])[a-z0-9_.-]+):)(?<number>\d+)$/i
const LOCAL_HOST = /^(?:|\*|localhost|0\.0\.0\.0|127(?:\.\d{1,3}){3}|\[::1?\])$/i

/** Reads the port in a value of a configuration; undefined where it is neither a port number nor an address with one. */
export function configuredPort(value: TomlValue | undefined): ConfiguredPort | undefined {
  if (typeof value !== 'bigint' && typeof value !== 'string') return undefined
  const { before = '', host = '', number = String(value) } = ADDRESS.exec(String(value))?.groups ?? {}
  if (!/^[1-9]\d{0,4}$/.test(number) || Number(number) > 65535) return undefined
  return { number: Number(number), before, local: LOCAL_HOST.test(host) }
}
