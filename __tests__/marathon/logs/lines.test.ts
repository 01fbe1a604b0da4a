import { describe, expect, test } from 'vitest'
import { Lines } from '../../../src/marathon/logs/lines.ts'

/** Pieces as they come, and the lines that they make. */
const cut: readonly (readonly [
  what: string,
  pieces: readonly (string | Buffer)[],
  lines: readonly string[],
])[] = [
  ['lines', ['a\nb\n'], ['a', 'b']],
  ['empty lines', ['\n\na\n\n'], ['', '', 'a', '']],
  ['a line without an end', ['a\nb'], ['a', 'b']],
  ['nothing', [''], []],
  ['a line in pieces', ['a', 'b', '\nc', '\n'], ['ab', 'c']],
  ['a character in pieces', [Buffer.from([0xe6, 0x97]), Buffer.from([0xa5, 0x0a])], ['日']],
  ['half a character at the end', [Buffer.from([0x61, 0xe6, 0x97])], ['a\ufffd']],
  ['what is not UTF-8', [Buffer.from([0xff, 0x61, 0x0a])], ['\ufffda']],
  ['lines of Windows', ['a\r\nb\r', '\n'], ['a', 'b']],
  ['tabs', ['\tat main\n'], ['\tat main']],
  ['colours', ['\x1b[1;31mred\x1b[0m\n'], ['red']],
  ['a cleared screen', ['\x1b[2Jx\n'], ['\\x1b[2Jx']],
  ['a window title', ['\x1b]0;pwned\x07\n'], ['\\x1b]0;pwned\\x07']],
  ['an 8-bit control', ['\u009b2J\n'], ['\\x9b2J']],
  ['an overwritten line', ['secret\rpublic\n'], ['secret\\x0dpublic']],
  ['a turned reading order', ['\u202egnp.exe\n'], ['\\u{202e}gnp.exe']],
  ['NUL', ['a\0b\n'], ['a\\x00b']],
]

describe('Lines cuts', () => {
  test.each(cut)('%s', (_, pieces, expected) => {
    const lines = new Lines()
    const got = pieces.flatMap(piece => lines.push(Buffer.from(piece)))
    expect([...got, ...lines.end()]).toEqual(expected)
  })

  test('an endless line into pieces, and stores at most one of them', () => {
    const lines = new Lines()
    const first = lines.push(Buffer.alloc(40_000, 'x'))
    expect(first.map(line => line.length)).toEqual([16_384, 16_384])
    expect(lines.push(Buffer.from('\n')).map(line => line.length)).toEqual([7_232])
  })

  test('only what is complete', () => {
    const lines = new Lines()
    expect(lines.push(Buffer.from('a\nb'))).toEqual(['a'])
    expect(lines.push(Buffer.from('c\n'))).toEqual(['bc'])
    expect(lines.end()).toEqual([])
  })
})

test('keeps colours where they are wanted, and nothing else that controls a terminal', () => {
  const lines = new Lines({ colours: true })
  expect(lines.push(Buffer.from('\x1b[1;31mred\x1b[0m \x1b[2Jx\nplain\n'))).toEqual([
    '\x1b[1;31mred\x1b[0m \\x1b[2Jx\x1b[0m',
    'plain',
  ])
})
