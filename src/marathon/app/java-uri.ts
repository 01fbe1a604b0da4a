// Java's URI class: RFC 2396 plus brackets in hosts and queries, and every non-ASCII character that is neither a space
// nor a control character.
const ILLEGAL = /[\0-\x20\x7f-\x9f"<>\\^`{|}\p{Z}]/u
const BAD_PERCENT = /%(?![0-9A-Fa-f]{2}).{0,2}/su

/** Advises to write a character's percent-encoding instead. */
export function writeInstead(encoded: string): string {
  return `write ${encoded} instead`
}

/**
 * Why `java.net.URI`, and so Marathon, cannot read a text as an absolute or relative URI.
 * @param instead returns the advice for a character, given its percent-encoding
 * @returns the problem, as a phrase that follows the value, or undefined
 */
export function javaUriProblem(text: string, instead = writeInstead): string | undefined {
  const illegal = ILLEGAL.exec(text)?.[0]
  if (illegal) return `must not contain ${JSON.stringify(illegal)}: ${instead(percentEncoded(illegal))}`
  const { scheme, rest } = /^(?:(?<scheme>[^:/?#]*):)?(?<rest>.*)$/su.exec(text)!.groups!
  if (scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    return 'must start with a scheme such as https:// or file://'
  }
  const { authority, path, fragment } =
    /^(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?[^#]*)?(?:#(?<fragment>.*))?$/su.exec(rest!)!.groups!
  const inBrackets = authority !== undefined && isBracketed(authority)
  const percent = BAD_PERCENT.exec(inBrackets ? rest!.slice(2 + authority!.length) : text)?.[0]
  if (percent) {
    return `has ${JSON.stringify(percent)}, which is not percent-encoding: ${instead('%25')}`
  }
  if (rest === '//' || (scheme !== undefined && /^(?:#|$)/.test(rest!))) {
    return 'must have a host or a path after the scheme, such as https://example.com/app.tgz'
  }
  if (authority !== undefined && /[[\]]/.test(authority) && !inBrackets) {
    return 'must have "[" and "]" in its host only around an IPv6 address, such as http://[fd00::1]:8080/app.tgz'
  }
  // After a scheme without a slash, Java treats the rest as opaque, including brackets.
  const hierarchical = scheme === undefined || rest!.startsWith('/')
  if (hierarchical && /[[\]]/.test(path!)) {
    return `must not contain "[" or "]" in its path: ${instead('%5B and %5D')}`
  }
  return fragment?.includes('#') ? `must not contain "#" twice: ${instead('%23')}` : undefined
}

/** Whether an authority is an IPv6 address in brackets, possibly with a user before it and a port after it. */
function isBracketed(authority: string): boolean {
  const match = /^(?:(?<user>[^@[\]]*)@)?\[(?<address>[^%\]]+)(?:%[A-Za-z0-9_.]+)?\](?::(?<port>\d*))?$/.exec(
    authority,
  )?.groups
  return (
    match !== undefined &&
    URL.canParse(`http://[${match.address}]/`) &&
    !BAD_PERCENT.test(match.user ?? '') &&
    Number(match.port ?? 0) < 2 ** 31
  )
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}
