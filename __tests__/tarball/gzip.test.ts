import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { crc32, gunzipSync } from 'node:zlib'
import * as libdeflate from 'libdeflate'
import { describe, expect, test, vi } from 'vitest'
import { compressBlock, encodingFor, encodingName } from '../../src/tarball/gzip.ts'

vi.mock('libdeflate', { spy: true })

const text = Buffer.from('the quick brown fox jumps over the lazy dog '.repeat(2000))
const libdeflate4 = { encoder: 'libdeflate', level: 4 } as const

describe.each(['libdeflate', 'zlib'] as const)('%s', encoder => {
  test.each([1, 4, 9, 10, 12])('makes a whole member at level %d', level => {
    const member = compressBlock(text, { encoder, level })
    expect(gunzipSync(member).equals(text)).toBe(true)
    expect(execFileSync('gzip', ['-dc'], { input: member }).equals(text)).toBe(true)
    expect(member.length).toBeLessThan(text.length / 20)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(7)],
  ])('compresses %s', (_name, block) => {
    expect(new Uint8Array(gunzipSync(compressBlock(block, { encoder, level: 4 })))).toEqual(block)
  })

  test('gives memory that can be handed to another thread', () => {
    const member = compressBlock(Uint8Array.of(1, 2, 3), { encoder, level: 4 })
    expect(member.buffer.byteLength).toBe(member.length)
    expect(() => structuredClone(member, { transfer: [member.buffer as ArrayBuffer] })).not.toThrow()
  })
})

test('the member is as RFC 1952 says, without time, name or system', () => {
  const member = Buffer.from(compressBlock(text, libdeflate4))
  expect(member.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
  expect(member.readUInt32LE(member.length - 8)).toBe(crc32(text))
  expect(member.readUInt32LE(member.length - 4)).toBe(text.length)
})

describe('the encoding', () => {
  test('is libdeflate where there is WebAssembly', () => {
    expect(encodingFor(7)).toEqual({ encoder: 'libdeflate', level: 7 })
  })

  test('is zlib where WebAssembly is refused', () => {
    vi.mocked(libdeflate.deflate).mockImplementationOnce(() => {
      throw new RangeError('WebAssembly.Instance(): Out of memory')
    })
    expect(encodingFor(7)).toEqual({ encoder: 'zlib', level: 7 })
  })

  test('has a name that holds whatever the bytes depend on', () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../node_modules/libdeflate/package.json', import.meta.url), 'utf8'),
    )
    expect(encodingName(libdeflate4)).toContain(`libdeflate ${version}`)
    expect(encodingName({ encoder: 'zlib', level: 4 })).toContain(`zlib ${process.versions.zlib}`)
    const names = [4, 5].flatMap(level =>
      (['libdeflate', 'zlib'] as const).map(encoder => encodingName({ encoder, level })),
    )
    expect(new Set(names).size).toBe(4)
  })
})
