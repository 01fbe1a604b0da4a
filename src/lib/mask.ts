/** Takes out of a text what it repeats of some secrets. */
export type Mask = (text: string) => string

/** Characters. Fewer in a row say nothing about a secret, and are in many words. */
const PART = 6
/** A shorter secret would turn ordinary words into asterisks. */
const SHORTEST = 4

/**
 * For the words of a server, which may repeat what it was sent: whole or in parts, in another case, or encoded for a
 * URL, for JSON, as base64 or as hex.
 */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = secrets.flatMap(formsOf).map(comparable)
  const parts = new Set(forms.flatMap(partsOf))
  const lengths = new Set([...parts].map(({ length }) => length))
  return text => {
    const found = comparable(text)
    let shown = ''
    // Where what is masked ends.
    let end = 0
    for (let at = 0; at < text.length; at++) {
      for (const length of lengths) {
        if (!parts.has(found.slice(at, at + length))) continue
        if (at >= end && !shown.endsWith('***')) shown += '***'
        end = Math.max(end, at + length)
      }
      if (at >= end) shown += text[at]
    }
    return shown
  }
}

/** What must not be shown of the value of an Authorization header: itself, what stands behind the scheme, a password. */
export function authorizationSecrets(value: string): string[] {
  const [, scheme = '', credentials] = /^([A-Za-z][\w-]*)[ =]\s*(.+)$/s.exec(value) ?? []
  if (credentials === undefined) return [value]
  if (scheme.toLowerCase() !== 'basic') return [value, credentials]
  const login = Buffer.from(credentials, 'base64').toString()
  return [value, credentials, login, login.slice(login.indexOf(':') + 1)]
}

function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST) return []
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...[0, 1, 2].map(before => base64Behind(before, bytes)),
  ]
}

/** The base64 of bytes behind so many others, as in `user:password`: the characters that depend on these bytes alone. */
function base64Behind(before: number, bytes: Uint8Array): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3))
}

/** Every stretch of a form that is long enough. */
function partsOf(form: string): string[] {
  const length = Math.min(form.length, PART)
  return Array.from({ length: form.length - length + 1 }, (_, at) => form.slice(at, at + length))
}

/** Without differences of case, and those between the two alphabets of base64. As long as the text. */
function comparable(text: string): string {
  return text
    .replace(/[A-Z]/g, letter => letter.toLowerCase())
    .replaceAll('-', '+')
    .replaceAll('_', '/')
}
