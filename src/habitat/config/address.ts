import type { TomlValue } from 'smol-toml'

/** A port in a configuration value: on its own, or at the end of an address. */
export interface ConfiguredPort {
  /** 1 to 65535. */
  number: number
  /** The text before the number: `127.0.0.1:`, or nothing if the value is the number itself. */
  before: string
  /** Whether a service can listen there on any machine: the address does not name another host. */
  local: boolean
}

// HOST:PORT, with or without a scheme. A host is empty, *, an IPv4 address, an IPv6 address in brackets, or a name,
// which contains a letter: 12:30 is not an address. `launch` fills in the port only after these characters.
const ADDRESS =
  /^(?<before>(?:[a-z][a-z0-9+.-]*:\/\/)?(?<host>|\*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|(?=[^:]*[a-z])[a-z0-9_.-]+):)(?<number>\d+)$/i
const LOCAL_HOST = /^(?:|\*|localhost|0\.0\.0\.0|127(?:\.\d{1,3}){3}|\[::1?\])$/i

/** Reads the port in a configuration value; undefined if it is neither a port number nor an address with a port. */
export function configuredPort(value: TomlValue | undefined): ConfiguredPort | undefined {
  const text = textOf(value)
  if (text === undefined) return undefined
  const { before = '', host = '', number = text } = ADDRESS.exec(text)?.groups ?? {}
  if (!/^[1-9]\d{0,4}$/.test(number) || Number(number) > 65535) return undefined
  return { number: Number(number), before, local: LOCAL_HOST.test(host) }
}

// A scheme, the longest host name, and a port.
const LONGEST = 300

/** Undefined for values that are too long: a thousand exports may share one of a million characters or digits. */
function textOf(value: TomlValue | undefined): string | undefined {
  if (typeof value === 'string') return value.length > LONGEST ? undefined : value
  if (typeof value !== 'bigint' || BigInt.asUintN(16, value) !== value) return undefined
  return String(value)
}
