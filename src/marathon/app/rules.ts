import { javaUriProblem } from './java-uri.ts'

// Checks of single values, for the command line before any work and for the finished app definition. Each
// returns what is wrong, to be read after the value's name and the value, or undefined where nothing is.

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const PART = `${LABEL}(?:\\.${LABEL})*`
const APP_ID = new RegExp(`^/?${PART}(?:/${PART})*$`)
const PATH_PART = new RegExp(`^(?:${PART}|\\.\\.|)$`)
const PATH_ID_FORM =
  'must be names separated by "/", each of lower-case letters, digits and inner "-" or ".", such as /web/shop'
/** What the last part of an app's id may not be (Marathon 1.8: state/PathId.scala). */
export const RESERVED_IDS: readonly string[] = ['restart', 'tasks', 'versions']

/** The syntax of a PathId (types/stringTypes.raml). */
export function pathIdProblem(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.split('/').every(part => PATH_PART.test(part))
    ? undefined
    : PATH_ID_FORM
}

/** Marathon's PathId without `.`, `..` and empty parts, which name no app of their own. */
export function appIdProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !APP_ID.test(value)) return PATH_ID_FORM
  return RESERVED_IDS.includes(value.slice(value.lastIndexOf('/') + 1))
    ? `must not end in one of ${RESERVED_IDS.join(', ')}: Marathon's own URLs do`
    : undefined
}

/** A fetch URI of ours: one that Marathon reads, and that Mesos' fetcher can ask a host for. */
export function fetchUriProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be a URI, such as https://example.com/app.tgz'
  if (value.length > 1024) return `must have at most 1024 characters, not ${value.length}: shorten it`
  return javaUriProblem(value) ?? quoteProblem(value) ?? hostProblem(value)
}

/** The one character that Java allows in a URI and Mesos' fetcher does not (slave/containerizer/fetcher.cpp). */
export function quoteProblem(uri: string): string | undefined {
  return uri.includes("'")
    ? `must not contain "'", which Mesos' fetcher refuses: write %27 instead`
    : undefined
}

/** Marathon takes a URI of the web without a host, or with a port that is none; no agent can fetch it. */
export function hostProblem(uri: string): string | undefined {
  return /^(?:https?|ftps?):/i.test(uri) && !(/^\w+:\/\/[^/?#]/.test(uri) && URL.canParse(uri))
    ? 'must have a host after the scheme, and a port up to 65535 if any, such as https://example.com/app.tgz'
    : undefined
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

export function atLeast(minimum: number, example: string) {
  return (value: unknown): string | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= minimum
      ? undefined
      : `must be a number of at least ${minimum}, such as ${example}`
}

/** @param example what the message gives as one */
export function wholeNumber(minimum: number, maximum: number, example: string) {
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
