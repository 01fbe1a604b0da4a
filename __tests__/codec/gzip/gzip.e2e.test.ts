import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, gunzipSync } from 'node:zlib'
import { build } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodingFor, encodingName, startEncoder } from '../../../src/codec/gzip/gzip.ts'
import { BLOCK_SIZE } from '../../../src/codec/tar/blocks.ts'
import { noise } from '../../testkit/noise.ts'

const text = Buffer.from('the quick brown fox jumps over the lazy dog '.repeat(2000))
const libdeflate4 = { encoder: 'libdeflate', level: 4 } as const
const asBlock = (bytes: Uint8Array) => ({ length: bytes.length, bytes, holes: [] })

// The options of V8 are those that `node --v8-options` lists. Of the processors that Node runs on, those of x64 may
// have no SIMD that suffices.
const WITHOUT_SIMD: [string, string, string[]][] =
  process.arch === 'x64'
    ? [['zlib', 'the processor has too little SIMD', ['--no-enable-sse4-1', '--no-enable-avx']]]
    : []

describe.each(['libdeflate', 'zlib'] as const)('%s', encoder => {
  test.each([1, 4, 9, 10, 12])('makes a whole member at level %d', level => {
    const member = startEncoder({ encoder, level })(asBlock(text))
    expect(gunzipSync(member).equals(text)).toBe(true)
    expect(execFileSync('gzip', ['-dc'], { input: member }).equals(text)).toBe(true)
    expect(member.length).toBeLessThan(text.length / 20)
  })

  test('compresses block after block, each by itself', () => {
    const blocks = [
      new Uint8Array(0),
      Uint8Array.of(7),
      noise('block', BLOCK_SIZE),
      text,
      new Uint8Array(BLOCK_SIZE),
      noise('short', 10),
      text,
    ]
    const encode = startEncoder({ encoder, level: 4 })
    const members = blocks.map(block => Buffer.from(encode(asBlock(block))))
    members.forEach((member, index) => {
      expect(gunzipSync(member).equals(blocks[index]!)).toBe(true)
    })
    expect(members[6]!.equals(members[3]!)).toBe(true)
  })

  test('reads what a block lacks', () => {
    const path = fileURLToPath(import.meta.url)
    const content = readFileSync(path)
    const file = { path, size: content.length, changed: statSync(path).ctimeMs }
    const hole = { file, position: 0, offset: 3, length: content.length }
    const block = { length: content.length + 6, bytes: Buffer.from('onetwo'), holes: [hole] }
    const member = startEncoder({ encoder, level: 4 })(block)
    expect(gunzipSync(member).toString()).toBe(`one${content}two`)
  })

  test('gives memory that can be handed to another thread', () => {
    const encode = startEncoder({ encoder, level: 4 })
    const [member, next] = [encode(asBlock(Uint8Array.of(1, 2, 3))), encode(asBlock(text))]
    expect(member.buffer.byteLength).toBe(member.length)
    expect(() => structuredClone(member, { transfer: [member.buffer as ArrayBuffer] })).not.toThrow()
    expect(gunzipSync(next).equals(text)).toBe(true)
  })
})

test('the member is as RFC 1952 says, without time, name or system', () => {
  const member = Buffer.from(startEncoder(libdeflate4)(asBlock(text)))
  expect(member.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
  expect(member.readUInt32LE(member.length - 8)).toBe(crc32(text))
  expect(member.readUInt32LE(member.length - 4)).toBe(text.length)
})

describe('the encoding', () => {
  test('is libdeflate where there is WebAssembly', () => {
    expect(encodingFor(7)).toEqual({ encoder: 'libdeflate', level: 7 })
  })

  // Where Node has no WebAssembly, it cannot strip types either.
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gzip-'))
    const input = fileURLToPath(new URL('../../../src/codec/gzip/gzip.ts', import.meta.url))
    await build({ input, platform: 'node', output: { file: join(folder, 'gzip.mjs') }, logLevel: 'silent' })
    copyFileSync(join(dirname(input), 'libdeflate.wasm'), join(folder, 'libdeflate.wasm'))
    writeFileSync(
      join(folder, 'main.mjs'),
      `import { encodingFor, startEncoder } from './gzip.mjs'
      const encoding = encodingFor(7)
      const member = startEncoder(encoding)({ length: 3, bytes: Buffer.from('abc'), holes: [] })
      console.log(JSON.stringify({ encoder: encoding.encoder, member: Buffer.from(member).toString('hex') }))`,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    ['libdeflate', 'nothing is refused', []],
    ['zlib', 'there is no WebAssembly', ['--jitless']],
    ...WITHOUT_SIMD,
    ['zlib', 'WebAssembly gets too little memory to start', ['--wasm-max-mem-pages=1']],
    ['zlib', 'WebAssembly gets too little memory for the buffers', ['--wasm-max-mem-pages=20']],
  ])('is %s where %s', (encoder, _why, options) => {
    const output = execFileSync(process.execPath, [...options, join(folder, 'main.mjs')], {
      encoding: 'utf8',
    })
    const result = JSON.parse(output)
    expect(result.encoder).toBe(encoder)
    expect(gunzipSync(Buffer.from(result.member, 'hex')).toString()).toBe('abc')
  })

  test('has a name that holds whatever the bytes depend on', () => {
    expect(encodingName(libdeflate4)).toContain('libdeflate 1.26')
    expect(encodingName({ encoder: 'zlib', level: 4 })).toContain(`zlib ${process.versions.zlib}`)
    const names = [4, 5].flatMap(level =>
      (['libdeflate', 'zlib'] as const).map(encoder => encodingName({ encoder, level })),
    )
    expect(new Set(names).size).toBe(4)
  })
})
