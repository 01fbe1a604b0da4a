import { parseKeyName } from '../package/origin-key.ts'

/** Why hab failed, as far as its output shows. */
export type Complaint =
  /** Builder requires a token, or a different one. */
  | { kind: 'token'; ident?: string }
  /** Builder requires the token of an account with a licence key. */
  | { kind: 'licence key'; ident?: string }
  /** Builder answered 403 for another reason. */
  | { kind: 'forbidden'; ident?: string }
  /** Builder or the network failed, and may work the next time. */
  | { kind: 'network' }
  /** No release of an ident in a channel; hab may have listed the channels that have one. */
  | { kind: 'not in channel'; ident?: string; channel?: string; listed: boolean }
  /** Builder does not have the exact build that a full ident names. */
  | { kind: 'no build'; ident: string }
  /** Builder does not have the public key that a package is signed with. */
  | { kind: 'no key'; name: string }
  | { kind: 'licence' }
  /** A build could not become root. */
  | { kind: 'root' }
  /** A package's signature or hash is wrong. */
  | { kind: 'damaged' }

const MARK = '✗✗✗'
const IDENT = String.raw`[a-z0-9][\w-]*(?:/[\w.+~-]+){1,3}`

// Observed output of hab 2.1.78; further network errors of reqwest and earlier releases; for the licence,
// components/hab/src/error.rs; for signatures, components/core/src/crypto/keys.
const NETWORK =
  /\[(?:429|50[0234])\b|error sending request|response body|timed? ?out|connection (?:reset|refused|closed)|broken pipe|dns error|failed to lookup address/i
const ASKED_FOR = new RegExp(
  String.raw`(?:^» Installing|(?:failed to|could not) download|Failed to install package) (${IDENT})(?= |$|\. )`,
)
const NO_BUILD = new RegExp(
  String.raw`(?:failed to|could not) download (${IDENT})(?: for \S+)?\. Last error(?: was)?: \[404 `,
)
const DETERMINING = new RegExp(
  String.raw`^☁ Determining latest version of (${IDENT}) in the '([\w.-]+)' channel$`,
)

/**
 * Finds out why hab failed from the end of its output: the lines that it marks as fatal, and for some of them what it
 * was doing. Its two streams may be interleaved in any order. Text from Builder or a plan is hostile: only idents,
 * channels and key names are extracted from it.
 * @returns undefined if the output does not show the reason
 */
export function readComplaint(lines: readonly string[]): Complaint | undefined {
  const messages = fatalMessages(lines)
  const first = (pattern: RegExp) => messages.map(message => pattern.exec(message)).find(Boolean)
  const ident = [...lines, ...messages].flatMap(line => ASKED_FOR.exec(line)?.[1] ?? []).at(-1)
  if (first(/\[401 Unauthorized\]/)) return { kind: 'token', ident }
  if (first(/\[403 Forbidden\] .*licen[cs]e/i)) return { kind: 'licence key', ident }
  if (first(/\[403 Forbidden\]/)) return { kind: 'forbidden', ident }
  if (first(NETWORK)) return { kind: 'network' }
  const noBuild = first(NO_BUILD)?.[1]
  if (noBuild) return { kind: 'no build', ident: noBuild }
  const key = missingKey(lines)
  if (first(/\[404 Not Found\]/) && key !== undefined) return { kind: 'no key', name: key }
  if (first(/(?:^| - )Package not found\.|\[404 Not Found\]/)) {
    const asked = lines.map(line => DETERMINING.exec(line) ?? [])
    const [, wanted] = asked.findLast(match => match[1]) ?? []
    // A build falls back to another channel; the first is the one that the user named.
    const [, , channel] = asked.find(match => match[1] === wanted) ?? []
    const listed = lines.includes('∅ The following releases were found:')
    return { kind: 'not in channel', ident: wanted, channel, listed }
  }
  if (first(/License agreements? not accepted/)) return { kind: 'licence' }
  if (first(/Root or administrator permissions required/)) return { kind: 'root' }
  if (first(/Verification failed|hashes don't match/)) return { kind: 'damaged' }
  return undefined
}

/** The key that hab requested from Builder but did not get. */
function missingKey(lines: readonly string[]): string | undefined {
  const named = (line: string) => /^(?:↓ Downloading|☑ Cached) (\S+) public origin key$/.exec(line)?.[1]
  const name = lines.flatMap(line => named(line) ?? []).findLast(each => parseKeyName(each) !== undefined)
  return name !== undefined && lines.includes(`☑ Cached ${name} public origin key`) ? undefined : name
}

/** Each joined into one line, because hab breaks some of them. */
function fatalMessages(lines: readonly string[]): string[] {
  const messages: string[] = []
  let open = false
  for (const line of lines) {
    if (!line.startsWith(MARK)) continue
    const text = line.slice(MARK.length).trim()
    if (text === '') open = false
    else if (open) messages.push(`${messages.pop()} ${text}`)
    else messages.push(text)
    open = text !== ''
  }
  return messages
}
