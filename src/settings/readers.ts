import { isChannel } from '../habitat/package/channel.ts'
import { LINUX_TARGETS, TARGETS } from '../habitat/package/target.ts'
import { alternatives } from '../lib/alternatives.ts'
import { MesosizeError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { isToken } from '../lib/token.ts'
import { parseServerUrl, parseWebUrl } from '../lib/url.ts'
import type {
  NetworkRequest,
  PortLabel,
  PortRequest,
  ServicePortRequest,
  UpgradeStrategy,
  VolumeRequest,
} from '../marathon/app/request.ts'
import {
  appIdProblem,
  countProblem,
  fetchPathProblem,
  fetchUriProblem,
  networkNameProblem,
} from '../marathon/app/rules.ts'

/** A value that cannot be taken; the message begins with the value and ends with what to write instead. */
export function invalid(message: string): MesosizeError {
  return new MesosizeError('SETTING_INVALID', message)
}

/** A value in a message: quoted, and with URLs stripped of user, password and query, which may hold secrets. */
export function quoted(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/\s]*@/g, '//***@').replace(/(:\/\/[^?]*\?).*/s, '$1***'))
}

/** @returns the Builder's URL without a trailing slash */
export function readBuilderUrl(text: string): string {
  const url = parseWebUrl(text)
  if (!url) {
    throw invalid(`${quoted(text)} is not an http or https URL. Write one such as https://bldr.habitat.sh.`)
  }
  if (!parseServerUrl(url)) {
    throw invalid(
      `${quoted(text)} holds a user name or password. Leave it out; a token goes into ${setting('auth')}.`,
    )
  }
  if (url.search || url.hash) {
    throw invalid(`${quoted(text)} must end before the "${url.search ? '?' : '#'}".`)
  }
  return url.href.replace(/\/+$/, '')
}

export function readChannel(text: string): string {
  if (!isChannel(text)) {
    throw invalid(
      `${quoted(text)} is not a channel: letters, digits and "_ . -". Write one such as stable or base.`,
    )
  }
  return text
}

/** A token goes into an HTTP header. The message does not show it. */
export function readToken(text: string): string {
  if (!isToken(text)) {
    throw invalid(
      'the token has white space or other characters that a token cannot contain, perhaps a line end. Copy it again from Builder.',
    )
  }
  return text
}

/** Where agents fetch the tarball. */
export const readFetchUri = ruled(text => fetchUriProblem(text) ?? fetchPathProblem(text))

/** A URI to which the tarball's name is appended. */
export function readUriBase(text: string): string {
  ruled(fetchUriProblem)(text)
  if (/[?#]/.test(text)) {
    throw invalid(
      `${quoted(text)} has a "?" or "#", but the tarball's name is appended to it. Write the whole URI with ${setting('uri')}.`,
    )
  }
  return text
}

/** A plain decimal number such as `0.5` or the old exporter's `.5`; NaN for anything else, even exponents and units. */
export function readNumber(text: string): number {
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN
}

/** Reads a whole number from `least` to `most`, inclusive. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return text => {
    const value = readNumber(text)
    if (!Number.isInteger(value) || value < least || value > most) {
      throw invalid(`${quoted(text)} is not a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** @returns whole bytes, rounded down, at least 1 */
export function readSize(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? []
  const bytes = Math.floor(Number(amount) * (SIZES[unit.toLowerCase()] ?? Number.NaN))
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw invalid(`${quoted(text)} is not a size. Write bytes, or a unit with them: 500MB, 4GiB.`)
  }
  return bytes
}

const DURATIONS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

/** @returns milliseconds, at least 1000 */
export function readDuration(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([smh])$/.exec(text) ?? []
  const milliseconds = Math.round(Number(amount) * (DURATIONS[unit] ?? Number.NaN))
  if (!(milliseconds >= 1000)) {
    throw invalid(
      `${quoted(text)} is not a time of at least one second. Write one with its unit: 90s, 15m, 1h.`,
    )
  }
  return milliseconds
}

export function readTarget(text: string): string {
  if (LINUX_TARGETS.includes(text)) return text
  const what = (TARGETS as readonly string[]).includes(text)
    ? 'cannot run on Mesos agents, which are Linux'
    : 'is not a target that Habitat knows'
  throw invalid(`${quoted(text)} ${what}. Use ${alternatives(LINUX_TARGETS)}.`)
}

/** Text that needs no check here. */
export function readText(text: string): string {
  return text
}

/** Text that must follow one of Marathon's or the Supervisor's rules. */
export function ruled(problemOf: (text: string) => string | undefined): (text: string) => string {
  return text => {
    const problem = problemOf(text)
    if (problem) throw invalid(`${quoted(text)} ${problem}.`)
    return text
  }
}

/** A number that must follow one of Marathon's rules. */
export function amount(problemOf: (value: number) => string | undefined): (text: string) => number {
  return text => {
    const value = readNumber(text)
    const problem = problemOf(value)
    if (problem) throw invalid(`${quoted(text)} ${problem}.`)
    return value
  }
}

/** A whole number from 0. */
export const readCount = amount(countProblem)

/** The number of something that is counted from 1, such as a pull request. */
export const readPositive = wholeNumber(1, 9_999_999_999)

/** @returns the app's id with a slash at its beginning */
export function readAppId(text: string): string {
  return `/${ruled(appIdProblem)(text).replace(/^\//, '')}`
}

/** What Git allows as the name of a ref (git-check-ref-format), and not a whole ref. */
export function readReleaseTag(text: string): string {
  if (text.startsWith('refs/')) {
    throw invalid(
      `${quoted(text)} is a ref, not a tag. Write ${setting('release-tag', `\${{ github.ref_name }}`)}.`,
    )
  }
  if (NO_TAG.test(text)) {
    throw invalid(`${quoted(text)} is not a valid Git tag name. Write one such as v1.2.3.`)
  }
  return text
}

const NO_TAG = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|^@$|^-|(^|\/)(\.|\/|$)|\.$|\.lock(\/|$)/

/** The id that GitHub's API gives a release. */
export function readReleaseId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw invalid(
      `${quoted(text)} is not a release id. Write the id that the API gives it, or ${setting('release-tag', 'v1.2.3')}.`,
    )
  }
  return Number(text)
}

/** Reads one of the given words. */
export function choiceOf<const T extends string>(choices: readonly T[]): (text: string) => T {
  return text => {
    const choice = choices.find(each => each === text)
    if (choice === undefined) throw invalid(`${quoted(text)} is not allowed. Use ${alternatives(choices)}.`)
    return choice
  }
}

/** For a row whose value is one of the given words. */
export function oneOf<const T extends string>(choices: readonly T[]) {
  return { choices, read: choiceOf(choices) }
}

/** The parts of `KEY=VALUE`. The value may be a secret: messages about a pair show only its key. */
export function readPair(text: string, needsValue = false): [key: string, value: string] {
  const at = text.indexOf('=')
  if (at < 0) {
    throw invalid(
      `${quoted(text)} has no "=". Write KEY=VALUE${needsValue ? '' : ', or KEY= for an empty value'}.`,
    )
  }
  if (needsValue && at === text.length - 1) {
    throw invalid(`${quoted(text)} has nothing after the "=". Write KEY=VALUE.`)
  }
  return [text.slice(0, at), text.slice(at + 1)]
}

/** A port of the service: `NAME` of an export, or `NAME=PATH.IN.THE.CONFIG`. */
export function readPort(text: string): PortRequest {
  const [, name, path] = /^([A-Za-z0-9][A-Za-z0-9_-]*)(?:=([^\s.=]+(?:\.[^\s.=]+)*))?$/.exec(text) ?? []
  if (name === undefined) {
    throw invalid(
      `${quoted(text)} is not a port. Write the name of an export, or NAME=PATH such as http=server.port.`,
    )
  }
  return { name, path }
}

/** The network of the tasks: `host`, `bridge`, or `container:NAME`. */
export function readNetwork(text: string): NetworkRequest {
  if (text === 'host' || text === 'bridge') return { mode: text }
  const [, name] = /^container:(.*)$/s.exec(text) ?? []
  if (name === undefined) {
    throw invalid(
      `${quoted(text)} is not a network. Write host, bridge, or container:NAME with a network of the cluster, such as container:dcos.`,
    )
  }
  const problem = networkNameProblem(name)
  if (problem) throw invalid(`${quoted(text)}: the name ${problem}.`)
  return { mode: 'container', name }
}

/** Marathon's upgrade strategy: `min=SHARE`, `over=SHARE`, or both with a comma between them. */
export function readUpgrade(text: string): UpgradeStrategy {
  const shares = new Map<string, number>()
  for (const part of text.split(',')) {
    const [, name = '', share = ''] = /^(min|over)=(.*)$/.exec(part) ?? []
    const value = readNumber(share)
    if (shares.has(name) || !(value >= 0 && value <= 1)) {
      throw invalid(
        `${quoted(text)} is not an upgrade strategy. Write shares from 0 to 1, such as min=0.5,over=0.2.`,
      )
    }
    shares.set(name, value)
  }
  return { minimumHealthCapacity: shares.get('min') ?? 1, maximumOverCapacity: shares.get('over') ?? 1 }
}

/** A volume: `SOURCE:PATH`, or `SOURCE:PATH:ro`. `launch` mounts it, and reads one a line. */
export function readVolume(text: string): VolumeRequest {
  const [, source, path, mode] = /^(\/?[^/:\n][^:\n]*):((?:\/[^/:\n]+)+)(:ro)?$/.exec(text) ?? []
  const isPlain = (value: string) => !value.split('/').some(part => part === '.' || part === '..')
  if (source === undefined || path === undefined || !isPlain(source) || !isPlain(path)) {
    throw invalid(
      `${quoted(text)} is not a volume. Write SOURCE:PATH or SOURCE:PATH:ro, such as /srv/web:/hab/svc/web/data; a SOURCE without a slash at its beginning is in the sandbox.`,
    )
  }
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) {
    throw invalid(`${quoted(text)}: a volume cannot be in /proc, /sys or /dev. Choose another path.`)
  }
  if (/^\/hab(?:\/pkgs(?:\/|$)|$)/.test(path)) {
    throw invalid(
      `${quoted(text)}: a volume at ${path} would hide the packages of the image. Choose another path, such as /hab/svc/web/data.`,
    )
  }
  return { source, path, readOnly: mode !== undefined }
}

/** A label of a port: `NAME:KEY=VALUE`. */
export function readPortLabel(text: string): PortLabel {
  const [, port, key, value] = /^([A-Za-z0-9][A-Za-z0-9_-]*):([^=\0-\x1f\x7f]+)=(.*)$/s.exec(text) ?? []
  if (port === undefined || key === undefined || value === undefined) {
    throw invalid(
      `${quoted(text)} is not a label of a port. Write NAME:KEY=VALUE, such as http:VIP_0=/web:80.`,
    )
  }
  return { port, key, value }
}

/** A service port: `NAME=NUMBER`. */
export function readServicePort(text: string): ServicePortRequest {
  const [, port, number] = /^([A-Za-z0-9][A-Za-z0-9_-]*)=([1-9]\d{0,4})$/.exec(text) ?? []
  if (port === undefined || Number(number) > 65535) {
    throw invalid(
      `${quoted(text)} is not a service port. Write NAME=NUMBER with a number from 1 to 65535, such as http=10080.`,
    )
  }
  return { port, number: Number(number) }
}
