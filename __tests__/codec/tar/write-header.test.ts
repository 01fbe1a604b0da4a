import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/codec/tar/entry.ts'
import { encodeHeader } from '../../../src/codec/tar/write-header.ts'
import { directory, file } from '../../image/fixtures.ts'
import { missingPrograms } from '../../testkit/machine.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'header-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the header of a plain file', () => {
  // Offsets and forms from POSIX pax, "ustar Interchange Format".
  const block = encodeHeader(file('a/b', ['hello'], { mode: 0o4751, mtime: 1_704_067_200 }))
  const field = (start: number, end: number) => block.toString('latin1', start, end).replace(/[\0 ]+$/, '')

  test.each([
    ['name', 0, 100, 'a/b'],
    ['mode', 100, 108, '0004751'],
    ['uid', 108, 116, '0000000'],
    ['gid', 116, 124, '0000000'],
    ['size', 124, 136, '00000000005'],
    ['mtime', 136, 148, '14544400200'],
    ['typeflag', 156, 157, '0'],
    ['magic', 257, 265, 'ustar\x0000'],
    ['owner name', 265, 297, ''],
    ['group name', 297, 329, ''],
  ])('has %s', (_name, start, end, expected) => {
    expect(field(start, end)).toBe(expected)
  })

  test('has the sum of its bytes, the sum itself counted as spaces', () => {
    const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
    expect(Number.parseInt(field(148, 156), 8)).toBe(sum)
  })
})

test.each([
  ['fits', 'n'.repeat(99), 'n'.repeat(99), ''],
  ['is divided', `${'p'.repeat(60)}/${'q'.repeat(60)}/n`, 'n', `${'p'.repeat(60)}/${'q'.repeat(60)}`],
  [
    'is divided where both fit',
    `${'p'.repeat(90)}/${'q'.repeat(90)}/n`,
    `${'q'.repeat(90)}/n`,
    'p'.repeat(90),
  ],
])('a name that %s needs one block', (_case, path, name, prefix) => {
  const header = encodeHeader(file(path, []))
  expect(header.length).toBe(512)
  expect(header.toString('latin1', 0, 100)).toBe(name.padEnd(100, '\0'))
  expect(header.toString('latin1', 345, 500)).toBe(prefix.padEnd(155, '\0'))
})

test.each([
  [-1, '1969-12-31 23:59:59'],
  [-3_153_600_000, '1870-01-25 00:00:00'],
  [8_589_934_592, '2242-03-16 12:56:32'],
])('the time %d is what tar reads', (mtime, expected) => {
  const input = Buffer.concat([encodeHeader(directory('d', { mtime })), Buffer.alloc(1024)])
  const listing = execFileSync('tar', ['--utc', '--full-time', '-tvf', '-'], { input, encoding: 'utf8' })
  expect(listing).toContain(expected)
})

// A whole file of this size would take minutes; a hole in a sparse file has the same bytes.
describe.each([8 * 2 ** 30 - 1, 8 * 2 ** 30, 9 * 2 ** 30 + 1, 2 ** 40])('a file of %d bytes', size => {
  const programs: [string, string[]][] = [
    ['tar', ['-tvf']],
    ['bsdtar', ['-tvf']],
    ['busybox', ['tar', '-tvf']],
  ]
  for (const [program, args] of programs) {
    const reason = missingPrograms(program)
    test.skipIf(reason)(`is listed by ${program}${reason ? ` (SKIPPED: ${reason})` : ''}`, () => {
      const entry: Entry = {
        type: 'file',
        path: 'huge',
        mode: 0o644,
        mtime: 0,
        size,
        content: [],
      }
      const archive = join(folder, `${program}-${size}.tar`)
      const handle = openSync(archive, 'w')
      writeSync(handle, encodeHeader(entry))
      ftruncateSync(handle, 512 + Math.ceil(size / 512) * 512 + 1024)
      closeSync(handle)
      const listing = execFileSync(program, [...args, archive], { encoding: 'utf8' })
      expect(listing).toMatch(new RegExp(`\\b${size}\\b.*huge`))
    })
  }
})
