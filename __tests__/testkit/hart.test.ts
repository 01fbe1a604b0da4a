import { execFileSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blake2b256 } from './blake2b.ts'
import { makeHart, writeHart } from './hart.ts'
import { missingPrograms } from './machine.ts'
import { keyFromSeed, originKey, writePublicKey } from './origin-key.ts'
import { type PackageSpec, packageEntries } from './package-entries.ts'
import { gnuLongName, headerBlock, padded, readTar, tarOf } from './tar.ts'
import { unxz, xz, xzStored } from './xz.ts'

const key = originKey('acme')
const spec: PackageSpec = {
  ident: 'acme/two-parts/1.0-rc1/20240102030405',
  files: {
    'bin/tool': '#!/bin/sh\n',
    'bin/alias': { symlink: 'tool' },
    'bin/twin': { hardlink: 'bin/tool' },
    'hooks/run': '#!/bin/sh\n',
    'share/private': { content: 'x', mode: 0o4750, uid: 42, gid: 43 },
    empty: { directory: true, mode: 0o1777 },
  },
  deps: ['acme/lib/1/20240101000000'],
  tdeps: ['acme/lib/1/20240101000000', 'acme/libc/2/20240101000000'],
  exports: { http: 'server.port' },
  exposes: [8080, 8081],
  shutdownTimeout: 30,
}
const top = 'hab/pkgs/acme/two-parts/1.0-rc1/20240102030405'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mesosize-testkit-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** The header's lines and the body, found without the kit's help. */
function split(hart: Buffer): { lines: string[]; body: Buffer } {
  let at = 0
  for (let newlines = 0; newlines < 5; newlines++) at = hart.indexOf(0x0a, at) + 1
  return { lines: hart.subarray(0, at).toString().split('\n'), body: hart.subarray(at) }
}

describe('the hash', () => {
  // From Habitat's own tests: the file signme.dat, and components/core/src/crypto/hash.rs.
  test.each([
    ['foo\n', '20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233'],
    [
      'supercalifragilisticexpialadocious',
      '2ca8ebafca7e189de2a36125b92a1db20f393d1e2708f5daa55e51cf05114437',
    ],
  ])('of %j', (text, hash) => {
    expect(blake2b256(Buffer.from(text))).toBe(hash)
  })
})

describe('the key', () => {
  test('signs as RFC 8032 says (7.1, tests 1 and 2)', () => {
    const one = keyFromSeed(
      'a-20240101000000',
      Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
    )
    const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    expect(Buffer.from(one.publicKeyText.split('\n')[3]!, 'base64').toString('hex')).toBe(publicKey)
    expect(Buffer.from(one.secretKeyText.split('\n')[3]!, 'base64').toString('hex')).toBe(
      `9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60${publicKey}`,
    )
    expect(one.sign('').toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
    const two = keyFromSeed(
      'a-20240101000000',
      Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex'),
    )
    expect(two.sign('r').toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })

  test('is the same for one origin and revision, and another for another', () => {
    expect(originKey('acme').publicKeyText).toBe(key.publicKeyText)
    expect(originKey('acme', '20250101000000').publicKeyText.split('\n')[3]).not.toBe(
      key.publicKeyText.split('\n')[3],
    )
  })

  test('is written as Habitat names it, and again over itself', async () => {
    await writePublicKey(dir, key)
    const path = await writePublicKey(dir, key)
    expect(path).toBe(join(dir, 'acme-20240101000000.pub'))
    expect(await readFile(path, 'utf8')).toMatch(/^SIG-PUB-1\nacme-20240101000000\n\n[A-Za-z0-9+/]{43}=$/)
  })
})

describe('a hart', () => {
  test('has a header that says and signs the hash of its body', async () => {
    const { lines, body } = split(await makeHart({ key, package: spec }))
    expect(lines[0]).toBe('HART-1')
    expect(lines[1]).toBe('acme-20240101000000')
    expect(lines[2]).toBe('BLAKE2b')
    expect(lines[3]).toHaveLength(172)
    expect(lines[4]).toBe('')
    const signed = Buffer.from(lines[3]!, 'base64')
    expect(signed.subarray(64).toString()).toBe(blake2b256(body))
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(key.publicKeyText.split('\n')[3]!, 'base64'),
    ])
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    expect(verify(null, signed.subarray(64), publicKey, signed.subarray(0, 64))).toBe(true)
  })

  test('can have each header line, the hash and the body bent', async () => {
    const body = Buffer.from('no xz')
    const bent = await makeHart({
      key,
      body,
      header: { format: 'HART-2', keyName: 'x', hashType: 'MD5', signature: '!', separator: 'y' },
    })
    expect(bent.toString()).toBe('HART-2\nx\nMD5\n!\ny\nno xz')
    const { lines } = split(await makeHart({ key, body, signedHash: 'f'.repeat(64) }))
    expect(Buffer.from(lines[3]!, 'base64').subarray(64).toString()).toBe('f'.repeat(64))
  })

  test('is named after its package', async () => {
    const path = await writeHart(join(dir, 'new'), { key, package: { ...spec, target: 'aarch64-linux' } })
    expect(path).toBe(join(dir, 'new', 'acme-two-parts-1.0-rc1-20240102030405-aarch64-linux.hart'))
    expect((await readFile(path)).subarray(0, 7).toString()).toBe('HART-1\n')
  })
})

describe('the entries of a package', () => {
  const entries = packageEntries(spec)
  const at = (path: string) => entries.find(entry => entry.path === `${top}/${path}`)

  test.each([
    ['IDENT', 'acme/two-parts/1.0-rc1/20240102030405\n'],
    ['TARGET', 'x86_64-linux\n'],
    ['DEPS', 'acme/lib/1/20240101000000\n'],
    ['TDEPS', 'acme/lib/1/20240101000000\nacme/libc/2/20240101000000\n'],
    ['EXPORTS', 'http=server.port\n'],
    ['EXPOSES', '8080 8081\n'],
    ['SVC_USER', 'hab\n'],
    ['SVC_GROUP', 'hab\n'],
    ['SHUTDOWN_TIMEOUT', '30\n'],
    ['PATH', `/${top}/bin\n`],
  ])('has %s', (path, content) => {
    expect(at(path)).toMatchObject({ content, mode: 0o644 })
  })

  test('starts with the directory of the package, has every directory before its files, and the date of its release', () => {
    expect(entries[0]).toMatchObject({ path: top, type: 'directory' })
    const paths = entries.map(entry => entry.path)
    expect(paths.indexOf(`${top}/bin`)).toBeLessThan(paths.indexOf(`${top}/bin/tool`))
    expect(new Set(entries.map(entry => entry.mtime))).toEqual(
      new Set([Date.UTC(2024, 0, 2, 3, 4, 5) / 1000]),
    )
  })

  test('has links, modes and owners as given', () => {
    expect(at('bin/tool')).toMatchObject({ mode: 0o755 })
    expect(at('bin/alias')).toMatchObject({ type: 'symlink', linkname: 'tool' })
    expect(entries.at(-1)).toMatchObject({
      path: `${top}/bin/twin`,
      type: 'link',
      linkname: `${top}/bin/tool`,
    })
    expect(at('share/private')).toMatchObject({ mode: 0o4750, uid: 42, gid: 43 })
    expect(at('empty')).toMatchObject({ type: 'directory', mode: 0o1777 })
  })

  test('has no metafiles of a service where there is none, and those that are set instead', () => {
    const paths = packageEntries({
      ident: spec.ident,
      metafiles: { TARGET: undefined, IDENT: 'x', TYPE: '' },
    })
    expect(paths.map(entry => [entry.path.slice(top.length), entry.content?.toString()])).toEqual([
      ['', undefined],
      ['/IDENT', 'x'],
      ['/MANIFEST', expect.any(String)],
      ['/TYPE', ''],
    ])
  })
})

describe('a tar', () => {
  test('is read back as it was written, hostile members too', async () => {
    const members = [
      { path: '/etc/../x\ny', content: 'abc', mode: 0o4755, uid: 7, gid: 8, mtime: 1700000000 },
      { path: '/etc/../x\ny', content: '', mode: 0o644, uid: 0, gid: 0, mtime: 0 },
      { path: `${'long/'.repeat(60)}ü`, content: 'deep', mode: 0o644, uid: 0, gid: 0, mtime: 0 },
    ]
    expect(await readTar(await tarOf(members))).toEqual(
      members.map(({ content, ...rest }) => ({ ...rest, type: 'file', content: Buffer.from(content) })),
    )
  })

  test.skipIf(missingPrograms('tar'))('is one for tar, with links, devices and GNU long names', async () => {
    const long = `top/${'n'.repeat(120)}`
    const tar = await tarOf([
      { path: 'top', type: 'directory', mode: 0o1777 },
      { path: 'top/null', type: 'character-device', devmajor: 1, devminor: 3, mode: 0o666 },
      { path: 'top/link', type: 'symlink', linkname: '../..' },
      { path: 'top/pipe', type: 'fifo' },
      gnuLongName(long),
      { raw: Buffer.concat([headerBlock({ name: long, size: '00000000002' }), padded(Buffer.from('ab'))]) },
      { path: 'top/twin', type: 'link', linkname: long },
    ])
    const listing = execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--full-time', '--utc'], {
      input: tar,
      env: { ...process.env, LC_ALL: 'C' },
      encoding: 'utf8',
    })
    const time = '1970-01-01 00:00:00'
    expect(
      listing
        .trimEnd()
        .split('\n')
        .map(line => line.replace(/ +/g, ' ')),
    ).toEqual([
      `drwxrwxrwt 0/0 0 ${time} top/`,
      `crw-rw-rw- 0/0 1,3 ${time} top/null`,
      `lrw-r--r-- 0/0 0 ${time} top/link -> ../..`,
      `prw-r--r-- 0/0 0 ${time} top/pipe`,
      `-rw-r--r-- 0/0 2 ${time} ${long}`,
      `hrw-r--r-- 0/0 0 ${time} top/twin link to ${long}`,
    ])
  })
})

describe('xz', () => {
  const text = Buffer.from('habitat '.repeat(10_000))

  test('is undone', () => {
    expect(unxz(xz(text)).equals(text)).toBe(true)
    expect(unxz(xzStored(text)).equals(text)).toBe(true)
  })

  test.skipIf(missingPrograms('xz'))('is xz for xz, really compressed and checked', () => {
    for (const body of [xz(text), xzStored(text)]) {
      expect(execFileSync('xz', ['-dc'], { input: body }).equals(text)).toBe(true)
    }
    expect(xz(text).length).toBeLessThan(text.length / 50)
    // Stream flags, from the .xz format: 0x04 is CRC64.
    expect(xz(text)[7]).toBe(0x04)
  })
})
