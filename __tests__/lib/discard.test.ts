import { describe, expect, test } from 'vitest'
import { readTar } from '../../src/codec/tar/read.ts'
import { discard } from '../../src/lib/discard.ts'
import { gnuLongName, tarOf } from '../testkit/tar.ts'

test('bytes that are discarded are empty', () => {
  const bytes = new Uint8Array(1 << 20)
  discard(bytes)
  expect(bytes).toHaveLength(0)
  expect(bytes.buffer.byteLength).toBe(0)
})

test('the memory of what is discarded is not held', async () => {
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 500; n++) discard(new Uint8Array(1 << 20).fill(n))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20)
})

describe('an archive whose chunks are discarded when the next one is asked for', () => {
  const name = `${'long/'.repeat(40)}file`

  test.each([1, 7, 512, 700, 4096])('is still read, in chunks of %i bytes', async size => {
    const tar = await tarOf([
      { path: 'a', content: 'x'.repeat(1000) },
      gnuLongName(name),
      { path: 'cut short', content: 'y'.repeat(600) },
      { path: 'b', type: 'symlink', linkname: 'a', pax: { mtime: '1.5' } },
    ])
    async function* chunks() {
      for (let start = 0; start < tar.length; start += size) {
        const chunk = Uint8Array.from(tar.subarray(start, start + size))
        yield chunk
        discard(chunk)
      }
    }
    const members: string[] = []
    for await (const member of readTar(chunks(), 'the archive', 1 << 20)) {
      let text = ''
      if (member.type === 'file')
        for await (const piece of member.content) text += Buffer.from(piece).toString()
      members.push(`${member.path} ${text.length} ${[...new Set(text)].join('')}`)
    }
    expect(members).toEqual(['a 1000 x', `${name} 600 y`, 'b 0 '])
  })
})
