import { quote } from '../../lib/quote.ts'
import type { TarHeader } from './read-header.ts'
import { malformed } from './tar-error.ts'

/** What extension headers say about the member that follows them. */
export type Overrides = Partial<Omit<TarHeader, 'type' | 'mode'>>

/**
 * Reads pax records, `LENGTH KEY=VALUE\n` (POSIX pax, "pax Extended Header"). Those that do not change what is
 * unpacked are skipped.
 * @throws MesosizeError TAR_FORMAT, also for sparse files
 */
export function parsePax(content: Buffer, name: string): Overrides {
  const overrides: Overrides = {}
  for (let start = 0; start < content.length; ) {
    const length = /^([1-9]\d{0,8}) /.exec(content.toString('latin1', start, start + 10))?.[1] ?? ''
    const end = start + Number(length)
    const record = content.subarray(start + length.length + 1, end - 1)
    const equals = record.indexOf('=')
    if (end > content.length || content[end - 1] !== 0x0a || equals < 1) {
      throw malformed(name, 'a pax header is malformed')
    }
    const key = record.toString('utf8', 0, equals)
    const value = record.toString('utf8', equals + 1)
    if (key === 'path' || key === 'linkpath') overrides[key] = value
    else if (key === 'size') overrides.size = bytes(value, name)
    else if (key === 'mtime') overrides.mtime = seconds(value, name)
    // Not used, but a number, as in headers.
    else if ((key === 'uid' || key === 'gid') && !/^-?\d+$/.test(value))
      throw malformed(name, `its pax ${key} is ${quote(value)}`)
    // Written by GNU tar and star.
    else if (key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize')
      throw malformed(name, 'it contains sparse files')
    else if (key.startsWith('GNU.volume.')) throw malformed(name, 'it is a part of several volumes')
    start = end
  }
  return overrides
}

function bytes(value: string, name: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw malformed(name, `its pax size is ${quote(value)}`)
  return number
}

function seconds(value: string, name: string): number {
  if (!/^-?\d{1,12}(\.\d*)?$/.test(value)) throw malformed(name, `its pax mtime is ${quote(value)}`)
  return Math.floor(Number(value))
}
