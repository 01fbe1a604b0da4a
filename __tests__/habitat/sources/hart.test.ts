import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { read } from 'node:fs'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blake2b256 } from '../../../src/codec/blake2b.ts'
import { isDamagedHart, openHart, parseHartHeader } from '../../../src/habitat/sources/hart.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { blake2b256 as ofTestkit } from '../../testkit/blake2b.ts'
import { makeHart } from '../../testkit/hart.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { pieces } from '../../testkit/pieces.ts'
import { failure } from '../reading.ts'

const acme = originKey('acme')
const body = Buffer.from('foo\n')
let root: string
let keys: KeyRing
let good: Buffer
let bodyStart: number
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hart-'))
  await writePublicKey(root, acme)
  await writePublicKey(root, originKey('evil'))
  keys = new KeyRing({ folders: [root] })
  good = await makeHart({ key: acme, body })
  bodyStart = good.length - body.length
})
afterAll(() => rm(root, { recursive: true }))

async function verify(bytes: Uint8Array) {
  const path = join(root, 'some.hart')
  await writeFile(path, bytes)
  return opened(path)
}

/** What is known of a hart that was opened, and is closed again. */
async function opened(path: string) {
  const { close, ...hart } = await openHart(path, keys)
  await close()
  return hart
}

describe('BLAKE2b-256', () => {
  // Facts section 4.4: Habitat's file signme.dat, and components/core/src/crypto/hash.rs.
  test.each([
    ['foo\n', '20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233'],
    [
      'supercalifragilisticexpialadocious',
      '2ca8ebafca7e189de2a36125b92a1db20f393d1e2708f5daa55e51cf05114437',
    ],
  ])('of %j, in pieces of any size', async (text, hash) => {
    for (const size of [1, 3, 100]) expect(await blake2b256(pieces(Buffer.from(text), size))).toBe(hash)
  })

  test.skipIf(missingPrograms('b2sum'))('of much, as b2sum has it', async () => {
    const bytes = Buffer.alloc(3_000_001, 'mesosize')
    const { stdout } = spawnSync('b2sum', ['-l', '256'], { input: bytes, encoding: 'utf8' })
    expect(await blake2b256(pieces(bytes))).toBe(stdout.slice(0, 64))
  })
})

describe('a good hart', () => {
  test('is verified', async () => {
    expect(await verify(good)).toMatchObject({
      path: join(root, 'some.hart'),
      signer: { origin: 'acme', revision: '20240101000000' },
      body: {
        path: join(root, 'some.hart'),
        start: bodyStart,
        hash: '20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233',
      },
    })
  })

  test('has its hash in the header', () => {
    expect(parseHartHeader(good, 'x')).toMatchObject({
      hash: '20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233',
      bodyStart,
    })
  })

  test('may have spaces around its header lines, which Habitat trims', async () => {
    const lines = good.toString('latin1', 0, bodyStart).split('\n').slice(0, 5)
    const spaced = Buffer.concat([Buffer.from(lines.map(line => ` ${line}\r\n`).join('')), body])
    expect((await verify(spaced)).body.start).toBe(bodyStart + 10)
  })

  test('may be larger than what is read at once', async () => {
    await verify(await makeHart({ key: acme, body: Buffer.alloc(2_500_000, 'x') }))
  })

  test('has the digests that programs print of the file', async () => {
    await verify(good)
    const hart = await openHart(join(root, 'some.hart'), keys)
    const digests = await hart.digests().finally(hart.close)
    expect(digests).toEqual({
      sha256: createHash('sha256').update(good).digest('hex'),
      blake2b256: ofTestkit(good),
    })
  })

  test('is read on from what was opened, after another came under its name', async () => {
    await writeFile(join(root, 'some.hart'), good)
    const hart = await openHart(join(root, 'some.hart'), keys)
    await rm(hart.path)
    await writeFile(hart.path, 'other')
    const { bytesRead, buffer } = await promisify(read)(
      hart.body.fd,
      Buffer.alloc(100),
      0,
      100,
      hart.body.start,
    )
    await hart.close()
    expect(buffer.subarray(0, bytesRead).toString()).toBe('foo\n')
  })
})

describe('a truncated hart', () => {
  const line = (count: number) => {
    let at = 0
    for (let i = 0; i < count; i++) at = good.indexOf('\n', at) + 1
    return at
  }
  test.each([
    ['empty', () => 0, 'HART_FORMAT'],
    ['in the first line', () => 3, 'HART_FORMAT'],
    ['after the first line', () => line(1), 'HART_FORMAT'],
    ['in the name of the key', () => line(1) + 6, 'HART_FORMAT'],
    ['in the type of the hash', () => line(2) + 3, 'HART_FORMAT'],
    ['at the start of the base64', () => line(3), 'HART_FORMAT'],
    ['in the base64', () => line(3) + 100, 'HART_FORMAT'],
    ['before the empty line', () => line(4), 'HART_FORMAT'],
    ['before the body', () => line(5), 'HART_HASH'],
    ['in the body', () => line(5) + 2, 'HART_HASH'],
    ['before the last byte', () => good.length - 1, 'HART_HASH'],
  ])('%s', async (_, cut, code) => {
    const error = await failure(verify(good.subarray(0, cut())))
    expect(error.code).toBe(code)
    expect(error.message).toContain(join(root, 'some.hart'))
    expect(isDamagedHart(error)).toBe(true)
  })

  test('anywhere is never taken for a whole one', async () => {
    // Anywhere in the header, and here and there in the body.
    const body = good.indexOf('\n\n') + 2
    for (let cut = 0; cut < good.length; cut += cut < body ? 1 : 13) {
      expect(isDamagedHart(await failure(verify(good.subarray(0, cut)))), `cut at ${cut}`).toBe(true)
    }
  })
})

describe('a header', () => {
  test.each([
    ['another version', { format: 'HART-2' }, '"HART-2"'],
    ['a web page', { format: '<!doctype html>' }, '"<!doctype html>"'],
    ['another hash', { hashType: 'SHA256' }, '"SHA256"'],
    ['no key name', { keyName: '../../etc/passwd' }, '"../../etc/passwd"'],
    ['a key name with a control character', { keyName: 'acme\x1b[31m-20240101000000' }, '\\u001b[31m'],
    ['something in the empty line', { separator: 'x' }, 'its fifth line is "x"'],
    ['a signature that is none', { signature: '!' }, 'its fourth line'],
    [
      'a signature that is too short',
      { signature: Buffer.alloc(127, 'a').toString('base64') },
      'its fourth line',
    ],
    [
      'a signature that is too long',
      { signature: Buffer.alloc(129, 'a').toString('base64') },
      'its fourth line',
    ],
    ['a hash that is none', { signature: Buffer.alloc(128, 'z').toString('base64') }, 'its fourth line'],
    ['a hash in upper case', { signature: Buffer.alloc(128, 'A').toString('base64') }, 'its fourth line'],
  ])('with %s', async (_, header, problem) => {
    const error = await failure(verify(await makeHart({ key: acme, body, header })))
    expect(error.code).toBe('HART_FORMAT')
    expect(error.message).toContain(join(root, 'some.hart'))
    expect(error.message).toContain(problem)
  })

  test.each(['format', 'keyName', 'hashType', 'signature', 'separator'])(
    'with 10 MB in its line of %s is refused at once',
    async line => {
      const bytes = await makeHart({ key: acme, body, header: { [line]: 'x'.repeat(10_000_000) } })
      await writeFile(join(root, 'some.hart'), bytes)
      // Takes no room on the disk, but whoever reads it all runs out of time or memory.
      await truncate(join(root, 'some.hart'), 64 * 2 ** 30)
      const error = await failure(opened(join(root, 'some.hart')))
      expect(error.code).toBe('HART_FORMAT')
      expect(error.message).toContain('4096 bytes')
      expect(error.message.length).toBeLessThan(500)
    },
  )

  test('of 10 MB without a line end is refused at once', async () => {
    const error = await failure(verify(Buffer.alloc(10_000_000)))
    expect(error.code).toBe('HART_FORMAT')
  })
})

describe('a hart', () => {
  test('whose body was changed', async () => {
    const changed = Buffer.from(good)
    changed[changed.length - 1]! ^= 1
    const error = await failure(verify(changed))
    expect(error.code).toBe('HART_HASH')
    expect(error.message).toContain('20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233')
    expect(error.message).toContain(await blake2b256([Buffer.from('foo\x0b')]))
  })

  test('whose body has something more', async () => {
    expect((await failure(verify(Buffer.concat([good, Buffer.from('x')])))).code).toBe('HART_HASH')
  })

  test('whose hash was changed along with its body', async () => {
    const other = await makeHart({ key: acme, body: Buffer.from('bar\n') })
    const [signature] = [Buffer.from(good.toString('latin1').split('\n')[3]!, 'base64').subarray(0, 64)]
    const hash = Buffer.from(other.toString('latin1').split('\n')[3]!, 'base64').subarray(64)
    const forged = await makeHart({
      key: acme,
      body: Buffer.from('bar\n'),
      header: { signature: Buffer.concat([signature!, hash]).toString('base64') },
    })
    const error = await failure(verify(forged))
    expect(error.code).toBe('HART_SIGNATURE')
    expect(error.message).toContain(join(root, 'some.hart'))
    expect(error.message).toContain('acme-20240101000000')
  })

  test('that another key signed than it names', async () => {
    const forged = await makeHart({ key: originKey('evil'), body, header: { keyName: acme.name } })
    expect((await failure(verify(forged))).code).toBe('HART_SIGNATURE')
  })

  test('that names an unknown key, which does not count as damage', async () => {
    const error = await failure(verify(await makeHart({ key: originKey('stranger'), body })))
    expect(error.code).toBe('KEY_UNKNOWN')
    expect(error.message).toContain('stranger-20240101000000')
    expect(isDamagedHart(error)).toBe(false)
  })

  test.each([
    ['is not there', 'missing.hart'],
    ['is a folder', '.'],
  ])('that %s', async (_, name) => {
    const error = await failure(opened(join(root, name)))
    expect(error.code).toBe('HART_UNREADABLE')
    expect(error.message).toContain(join(root, name))
  })

  test.skipIf(missingPrograms('mkfifo'))('that is a pipe, without waiting for a writer', async () => {
    spawnSync('mkfifo', [join(root, 'pipe.hart')])
    expect((await failure(opened(join(root, 'pipe.hart')))).code).toBe('HART_UNREADABLE')
  })
})
