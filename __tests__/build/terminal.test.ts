import { expect, test } from 'vitest'
import { terminalSvg } from '../../build/terminal.ts'

test('draws colours, what is left of redrawn lines, and hostile characters', () => {
  const text = 'Packing  10%\x1b[K\rPacking  20%\x1b[K\r\x1b[K\x1b[32mPacking:\x1b[39m done\n<a & "b">\n'
  const lines = terminalSvg('a "title"', text).match(/<text .*<\/text>/g)
  expect(lines).toEqual([
    '<text x="18" y="30"><tspan class="green">Packing:</tspan> done</text>',
    '<text x="18" y="49">&lt;a &amp; &quot;b&quot;&gt;</text>',
  ])
})
