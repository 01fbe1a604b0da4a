// Java's URI class: RFC 2396 with brackets in hosts and queries, and with every character beyond ASCII that is neither
// a space nor a control character.
const ILLEGAL = /[\0-\x20\x7f-\x9f"<>\\^`{|}\p{Z}]/u
const BAD_PERCENT = /%(?![0-9A-Fa-f]{2}).{0,2}/su

/**
 * What keeps `java.net.URI`, and so Marathon, from reading a text as a URI or a relative one.
 * @returns the problem, to be read after the value, or undefined
 */
export function javaUriProblem(text: string): string | undefined {
  const illegal = ILLEGAL.exec(text)?.[0]
  if (illegal) return `must not contain ${JSON.stringify(illegal)}: write ${percentEncoded(illegal)} instead`
  const { scheme, rest } = /^(?:(?<scheme>[^:/?#]*):)?(?<rest>.*)$/su.exec(text)!.groups!
  if (scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    return 'must start with a scheme such as https:// or file://'
  }
  const { authority, path, fragment } =
    /^(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?[^#]*)?(?:#(?<fragment>.*))?$/su.exec(rest!)!.groups!
  const inBrackets = authority !== undefined && isBracketed(authority)
  const percent = BAD_PERCENT.exec(inBrackets ? rest!.slice(2 + authority!.length) : text)?.[0]
  if (percent) {
    return `has ${JSON.stringify(percent)}, which is not a percent-encoding: write %25 for a percent sign`
  }
  if (rest === '//' || (scheme !== undefined && /^(?:#|$)/.test(rest!))) {
    return 'must have a host or a path after the scheme, such as https://example.com/app.tgz'
  }
  if (authority !== undefined && /[[\]]/.test(authority) && !inBrackets) {
    return 'must have "[" and "]" in its host only around an IPv6 address, such as http://[fd00::1]:8080/app.tgz'
  }
  // What follows a scheme without a slash is opaque to Java, brackets and all.
  const hierarchical = scheme === undefined || rest!.startsWith('/')
  if (hierarchical && /[[\]]/.test(path!)) {
    return 'must not contain "[" or "]" in its path: write %5B and %5D instead'
  }
  return fragment?.includes('#') ? 'must not contain "#" twice: write %23 instead' : undefined
}

/** Whether an authority is an IPv6 address in brackets, perhaps with a user before it and a port after it. */
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
