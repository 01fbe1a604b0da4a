import { fetchSchemeProblem } from './fetch-scheme.ts'
import { javaUriProblem, writeInstead } from './java-uri.ts'

// Checks of single values, for settings before any work and for the finished app definition. Each returns the problem,
// as a phrase that follows the value's name and the value, or undefined.

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const PART = `${LABEL}(?:\\.${LABEL})*`
const APP_ID = new RegExp(`^/?${PART}(?:/${PART})*$`)
const PATH_PART = new RegExp(`^(?:${PART}|\\.\\.|)$`)
const PATH_ID_FORM =
  'must be names separated by "/", each of lower-case letters, digits and inner "-" or ".", such as /web/shop'
/** Names that the last part of an app's id may not have (Marathon 1.8: state/PathId.scala). */
export const RESERVED_IDS: readonly string[] = ['restart', 'tasks', 'versions']

/** The syntax of a PathId (types/stringTypes.raml). */
export function pathIdProblem(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.split('/').every(part => PATH_PART.test(part))
    ? undefined
    : PATH_ID_FORM
}

/** Marathon's PathId without `.`, `..` and empty parts, which do not name an app. */
export function appIdProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !APP_ID.test(value)) return PATH_ID_FORM
  return RESERVED_IDS.includes(value.slice(value.lastIndexOf('/') + 1))
    ? `must not end in one of ${RESERVED_IDS.join(', ')}: Marathon's own URLs do`
    : undefined
}

/**
 * Whether agents use a fetch URI as it is written, without percent-decoding it: Mesos does so for paths, with or
 * without `file://`, and Hadoop for everything it fetches. For URIs that curl fetches, the server decodes them.
 */
export function isTakenLiterally(uri: string): boolean {
  return /^(?:\/|(?!https?:|ftps?:)[a-z][a-z0-9+.-]*:)/i.test(uri)
}

/** Checks a fetch URI that we write: Marathon must be able to read it, and Mesos' fetcher to request it from a host. */
export function fetchUriProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be a URI, such as https://example.com/app.tgz'
  if (value.length > 1024) return `must have at most 1024 characters, not ${value.length}: shorten it`
  const instead = isTakenLiterally(value)
    ? () => 'agents do not decode such a URI, so choose a path without it'
    : writeInstead
  return (
    javaUriProblem(value, instead) ??
    apostropheProblem(value, instead) ??
    hostProblem(value) ??
    fetchSchemeProblem(value)
  )
}

/** Mesos' fetcher takes the name of the file from the path. */
export function fetchPathProblem(uri: string): string | undefined {
  return /^[^/]*:\/\/[^/]*\/?$/.test(uri)
    ? "must have a path after the host, such as https://example.com/app.tgz: Mesos' fetcher refuses it"
    : undefined
}

/** The only character that Java allows in a URI but Mesos' fetcher does not (slave/containerizer/fetcher.cpp). */
export function apostropheProblem(uri: string, instead = writeInstead): string | undefined {
  return uri.includes("'")
    ? `must not contain "'", which Mesos' fetcher refuses: ${instead('%27')}`
    : undefined
}

/** Marathon accepts a web URI without a host or with an invalid port, but no agent can fetch it. */
export function hostProblem(uri: string): string | undefined {
  return /^(?:https?|ftps?):/i.test(uri) && !(/^\w+:\/\/[^/?#]/.test(uri) && URL.canParse(uri))
    ? 'must have a host after the scheme, and a port up to 65535 if any, such as https://example.com/app.tgz'
    : undefined
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Stricter than Marathon, which accepts any text: sh and Habitat cannot read other names. */
export function envKeyProblem(value: unknown): string | undefined {
  return typeof value === 'string' && VARIABLE.test(value)
    ? undefined
    : 'must be letters, digits and "_", not starting with a digit, such as JAVA_OPTS'
}

/** Limit of Linux for one string of the environment, `KEY=value` with its terminator, in bytes (MAX_ARG_STRLEN). */
const STRING_LIMIT = 128 * 1024

/** Whether Linux can give a task a variable. */
export function variableProblem(name: string, value: string): string | undefined {
  const size = Buffer.byteLength(`${name}=${value}`) + 1
  if (size > STRING_LIMIT) {
    return `takes ${size} bytes with its name, but Linux allows ${STRING_LIMIT} for one variable: shorten it, or put it into a file of the package`
  }
  return `${name}${value}`.includes('\0') ? 'contains a NUL, which ends a variable: remove it' : undefined
}

/** What is wrong with the labels that Marathon knows, by label. */
export function* labelProblems(labels: Readonly<Record<string, string>>): Generator<[string, string]> {
  const api = labels.DCOS_MIGRATION_API_VERSION
  if (!api) return
  if (api !== 'v1') yield ['DCOS_MIGRATION_API_VERSION', 'must be "v1"']
  for (const name of ['DCOS_PACKAGE_FRAMEWORK_NAME', 'DCOS_MIGRATION_API_PATH']) {
    if (!labels[name]) yield [name, 'must be given with the label DCOS_MIGRATION_API_VERSION']
  }
}

/** A dotted path in a package's configuration. */
export function configPathProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^\s.=]+(?:\.[^\s.=]+)*$/.test(value)
    ? undefined
    : 'must be a path in the configuration, such as db.password'
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

/** A Mesos role (Mesos: common/roles.cpp). */
export function roleProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?!-|\.{1,2}$)[^\t-\r \x7f]+$/.test(value)
    ? undefined
    : 'must be a Mesos role without spaces that does not start with "-", such as "dev"'
}

/** The name of a network of the cluster (types/network.raml). */
export function networkNameProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value)
    ? undefined
    : 'must be 1 to 63 lower-case letters, digits and inner "-", such as "dcos"'
}

/** @param unit what the number counts */
export function atLeast(minimum: number, example: string, unit?: string) {
  return (value: unknown): string | undefined => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return `must be a number${unit ? ` of ${unit}` : ''}, such as ${example}`
    }
    return value >= minimum
      ? undefined
      : `must be at least ${minimum}${unit ? ` ${unit}` : ''}, such as ${example}`
  }
}

/** @param example an example for the message */
export function wholeNumber(minimum: number, maximum: number, example: string) {
  return (value: unknown): string | undefined =>
    Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
      ? undefined
      : `must be a whole number from ${minimum} to ${maximum}, such as ${example}`
}

const INT32 = 2 ** 31 - 1
/** Of any time in an app definition. */
export const MOST_SECONDS = INT32

export const cpusProblem = atLeast(0.001, '0.5', 'CPUs')
export const memProblem = atLeast(0, '256', 'MiB')
export const diskProblem = atLeast(0, '0', 'MiB')
export const instancesProblem = wholeNumber(0, INT32, '1')
export const secondsProblem = wholeNumber(0, MOST_SECONDS, '30')
export const countProblem = wholeNumber(0, INT32, '3')
export const portProblem = wholeNumber(0, 65535, '0, which lets Marathon choose')

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

/** The Supervisor's `--peer`, in which everything before the last ":" is the host. */
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
