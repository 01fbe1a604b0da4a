/** Hides the parts of a text that repeat secrets. */
export type Mask = (text: string) => string

/** Characters. Fewer in a row reveal nothing about a secret, and occur in many words. */
const PART = 6
/** Hiding shorter secrets would turn ordinary words into asterisks. */
const SHORTEST = 4

/**
 * Makes a mask for the words of a server, which may repeat a secret that it was sent: as a whole or in part, in another
 * case, or encoded for a URL or JSON, as base64 or hex.
 */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = secrets.flatMap(formsOf).map(comparable)
  const parts = new Set(forms.flatMap(partsOf))
  const lengths = new Set([...parts].map(({ length }) => length))
  return text => {
    const found = comparable(text)
    let shown = ''
    // The end of the part that is hidden.
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

/** The secrets in the value of an Authorization header: itself, the part after the scheme, a login and its password. */
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

/** The base64 of bytes that follow so many others, as in `user:password`: the characters that depend only on them. */
function base64Behind(before: number, bytes: Uint8Array): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3))
}

/** All parts of a form that are just long enough to be hidden. */
function partsOf(form: string): string[] {
  const length = Math.min(form.length, PART)
  return Array.from({ length: form.length - length + 1 }, (_, at) => form.slice(at, at + length))
}

/** The text without differences in case and between the two alphabets of base64; its length stays the same. */
function comparable(text: string): string {
  return text
    .replace(/[A-Z]/g, letter => letter.toLowerCase())
    .replaceAll('-', '+')
    .replaceAll('_', '/')
}
