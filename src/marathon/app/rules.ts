// Checks of single values, for the command line before any work and for the finished app definition. Each
// returns what is wrong, to be read after the value's name and the value, or undefined where nothing is.

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const APP_ID = new RegExp(`^/?${LABEL}(?:\\.${LABEL})*(?:/${LABEL}(?:\\.${LABEL})*)*$`)
/** What the last part of an app's id may not be (Marathon 1.8: state/PathId.scala). */
export const RESERVED_IDS: readonly string[] = ['restart', 'tasks', 'versions']

/** Marathon's PathId without `.`, `..` and empty parts, which name no app of their own. */
export function appIdProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !APP_ID.test(value)) {
    return 'must be names separated by "/", each of lower-case letters, digits and inner "-" or ".", such as /web/shop'
  }
  return RESERVED_IDS.includes(value.slice(value.lastIndexOf('/') + 1))
    ? `must not end in one of ${RESERVED_IDS.join(', ')}: Marathon's own URLs do`
    : undefined
}

/**
 * Whether agents take a fetch URI as it is written, with no percent-encoding decoded: Mesos does so with paths, with
 * `file://` before them or not, and Hadoop with all that it fetches. What curl fetches, the server decodes.
 */
export function isTakenLiterally(uri: string): boolean {
  return /^(?:\/|(?!https?:|ftps?:)[a-z][a-z0-9+.-]*:)/i.test(uri)
}

/** The syntax that Java's URI class, and so Marathon, takes, less the characters that Mesos' fetcher refuses. */
export function fetchUriProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be a URI, such as https://example.com/app.tgz'
  if (value.length > 1024) return `must have at most 1024 characters, not ${value.length}: shorten it`
  const instead = (encoded: string) =>
    isTakenLiterally(value)
      ? 'agents do not decode such a URI, so choose a path without it'
      : `write ${encoded} instead`
  const illegal = /[\0-\x20\x7f"<>\\^`{|}']/.exec(value)?.[0]
  if (illegal) return `must not contain ${JSON.stringify(illegal)}: ${instead(percentEncoded(illegal))}`
  const percent = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(value)?.[0]
  if (percent) return `has ${JSON.stringify(percent)}, which is not percent-encoding: ${instead('%25')}`
  const { scheme, path, fragment } =
    /^(?:(?<scheme>[^/?#]*):)?(?:\/\/[^/?#]*)?(?<path>[^?#]*)(?:\?[^#]*)?(?:#(?<fragment>.*))?$/s.exec(value)!
      .groups!
  if (scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    return 'must start with a scheme such as https:// or file://'
  }
  if (/^(?:https?|ftps?)$/i.test(scheme ?? '') && !(/^\w+:\/\/[^/?#]/.test(value) && URL.canParse(value))) {
    return 'must have a host after the scheme, such as https://example.com/app.tgz'
  }
  if (/[[\]]/.test(path!)) return `must not contain "[" or "]" in its path: ${instead('%5B and %5D')}`
  if (fragment?.includes('#')) return `must not contain "#" twice: ${instead('%23')}`
  return undefined
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Stricter than Marathon, which takes any text: sh and Habitat can read no other names. */
export function envKeyProblem(value: unknown): string | undefined {
  return typeof value === 'string' && VARIABLE.test(value)
    ? undefined
    : 'must be letters, digits and "_", not starting with a digit, such as JAVA_OPTS'
}

/** The value of Marathon's flag `--env_vars_prefix`. */
export function envVarsPrefixProblem(value: unknown): string | undefined {
  return typeof value === 'string' && VARIABLE.test(value)
    ? undefined
    : 'must be letters, digits and "_", not starting with a digit, such as MARATHON_'
}

export function labelKeyProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^\0-\x1f\x7f]+$/.test(value)
    ? undefined
    : 'must be text without control characters, such as team'
}

function atLeast(minimum: number, example: string) {
  return (value: unknown): string | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= minimum
      ? undefined
      : `must be a number of at least ${minimum}, such as ${example}`
}

function wholeNumber(minimum: number, maximum: number, example: string) {
  return (value: unknown): string | undefined =>
    Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
      ? undefined
      : `must be a whole number from ${minimum} to ${maximum}, such as ${example}`
}

const INT32 = 2 ** 31 - 1

export const cpusProblem = atLeast(0.001, '0.5')
/** MiB. */
export const memProblem = atLeast(0, '256')
/** MiB. */
export const diskProblem = atLeast(0, '0')
export const instancesProblem = wholeNumber(0, INT32, '1')
export const secondsProblem = wholeNumber(0, INT32, '30')
export const countProblem = wholeNumber(0, INT32, '3')
export const portProblem = wholeNumber(0, 65535, '0, which lets Marathon choose')

/** Marathon's pattern of today, and that of Marathon 1.4, which wants a letter first. */
export function portNameProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(value)
    ? undefined
    : 'must be lower-case letters, digits and inner "-", starting with a letter, such as http'
}

// Habitat's ServiceGroup and ServiceBind (components/core/src/service.rs).
const GROUP = '[A-Za-z0-9_-]+'

/** The Supervisor's `--group`. */
export function groupProblem(value: unknown): string | undefined {
  return typeof value === 'string' && new RegExp(`^${GROUP}$`).test(value)
    ? undefined
    : 'must be letters, digits, "_" and "-", such as production'
}

/** The Supervisor's `--bind`. */
export function bindProblem(value: unknown): string | undefined {
  return typeof value === 'string' && new RegExp(`^${GROUP}:${GROUP}\\.${GROUP}(?:@${GROUP})?$`).test(value)
    ? undefined
    : 'must be NAME:SERVICE.GROUP, such as database:postgresql.default'
}

/** The Supervisor's `--peer`, which is taken as far as the last ":" for a host. */
export function peerProblem(value: unknown): string | undefined {
  const match =
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\](?=:))(?::(?<port>\d+))?$/.exec(
      typeof value === 'string' ? value : '',
    )
  const port = match?.groups?.port
  return match && (port === undefined || (Number(port) >= 1 && Number(port) <= 65535))
    ? undefined
    : 'must be HOST or HOST:PORT, such as 10.0.0.1:9638 or [fd00::1]:9638'
}
