import { execFileSync } from 'node:child_process'
import { link, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTar } from '../../../src/codec/tar/read.ts'
import { bytesOf, drain, failure } from '../../habitat/reading.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { pieces } from '../../testkit/pieces.ts'
import {
  gnuLongName,
  type HeaderFields,
  headerBlock,
  padded,
  type RawBlocks,
  type TarEntry,
  tarOf,
} from '../../testkit/tar.ts'

const END = Buffer.alloc(1024)
const name = '/cache/some.hart'

async function members(tar: Uint8Array, size = 1 << 16, limit = 1 << 30) {
  const all = []
  for await (const member of readTar(pieces(tar, size), name, limit)) {
    if (member.type !== 'file') all.push(member)
    else all.push({ ...member, content: (await bytesOf(member.content)).toString() })
  }
  return all
}

/** Everything is read, as if nobody wanted the content. */
function skipAll(tar: Uint8Array, limit = 1 << 30): Promise<void> {
  return drain(readTar(pieces(tar), name, limit))
}

/** A member by its fields, with content. */
function raw(fields: HeaderFields, content = ''): RawBlocks {
  const size = Buffer.byteLength(content).toString(8).padStart(11, '0')
  return { raw: Buffer.concat([headerBlock({ size, ...fields }), padded(Buffer.from(content))]) }
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (length !== Buffer.byteLength(`${length}${rest}`)) length = Buffer.byteLength(`${length}${rest}`)
  return `${length}${rest}`
}

function pax(records: Record<string, string> | string, typeflag = 'x'): RawBlocks {
  const content =
    typeof records === 'string'
      ? records
      : Object.entries(records)
          .map(([key, value]) => paxRecord(key, value))
          .join('')
  return raw({ name: 'PaxHeaders/x', typeflag }, content)
}

describe.skipIf(missingPrograms('tar'))('an archive of GNU tar', () => {
  let root: string
  let top: string
  // The 100th byte of this name is a slash, so that the header, which holds 100, seems to name a directory.
  const slashAt100 = `top/${'d'.repeat(95)}/file`
  const long = `top/${'long'.repeat(40)}/${'n'.repeat(120)}`
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tar-'))
    top = join(root, 'top')
    for (const path of [long, slashAt100]) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), path)
    }
    await writeFile(join(top, 'empty'), '')
    await writeFile(join(top, 'exact'), 'x'.repeat(512))
    await writeFile(join(top, 'large'), Buffer.alloc(200_001, 'abc'))
    await writeFile(join(top, 'Ünïcödé — 名前'), 'ü', { mode: 0o4755 })
    await writeFile(join(top, 'new\nline and space '), '')
    await link(join(top, 'large'), join(top, 'twin'))
    await link(join(root, long), join(top, 'far twin'))
    await symlink('../../elsewhere', join(top, 'link'))
    await symlink('x'.repeat(300), join(top, 'long link'))
    await utimes(join(top, 'exact'), 1700000000, 1700000000.75)
    await utimes(join(top, 'empty'), -1000, -1000)
  })
  afterAll(() => rm(root, { recursive: true }))

  test.each<[string, string[]]>([
    ['gnu', []],
    ['posix', []],
    ['ustar', ['--exclude=*long*', '--exclude=far twin', '--exclude=empty']],
    ['v7', ['--exclude=*long*', '--exclude=ddd*', '--exclude=empty', '--exclude=far twin']],
    ['gnu', ['--blocking-factor=200']],
    ['posix', ['--owner=3000000', '--group=70000']],
    ['gnu', ['--owner=3000000', '--group=4294967294']],
  ])('in the format %s, %j, is what tar says it is', async (format, args) => {
    const options = { cwd: root, env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' } }
    execFileSync('tar', ['-cf', 'made.tar', `--format=${format}`, '--sort=name', ...args, 'top'], options)
    const list = ['-tvf', 'made.tar', '--numeric-owner', '--full-time', '--quoting-style=c']
    const listing = execFileSync('tar', list, { ...options, encoding: 'utf8' })
    const tar = await readFile(join(root, 'made.tar'))
    // Whole seconds, no owners, and no spaces for looks.
    const expected = listing
      .trimEnd()
      .split('\n')
      .map(line => line.replace(/ \d+\/\d+ +(\d+ [\d-]+ [\d:]{8})(\.\d+)? +/, ' $1 '))
    for (const size of [512, 1000, 1 << 16]) {
      const read = await members(tar, size)
      expect(read.map(listed)).toEqual(expected)
      const contents = read.filter(member => member.type === 'file')
      for (const { path, content, size } of contents) {
        expect(Buffer.byteLength(content)).toBe(size)
        if (path === long || path === slashAt100) expect(content).toBe(path)
      }
    }
  })

  /** A member as `tar -tv` shows it. */
  function listed(member: Awaited<ReturnType<typeof members>>[number]): string {
    const kind = { directory: 'd', file: '-', symlink: 'l', hardlink: 'h' }[member.type]
    const bits = 'rwxrwxrwx'
      .split('')
      .map((letter, i) => (member.mode & (0o400 >> i) ? letter : '-'))
      .join('')
    const setuid = member.mode & 0o4000 ? `${bits.slice(0, 2)}s${bits.slice(3)}` : bits
    const size = member.type === 'file' ? member.size : 0
    const time = new Date(member.mtime * 1000).toISOString().replace('T', ' ').slice(0, 19)
    const arrow =
      member.type === 'symlink'
        ? ` -> ${quoted(member.linkpath)}`
        : member.type === 'hardlink'
          ? ` link to ${quoted(member.linkpath)}`
          : ''
    return `${kind}${setuid} ${size} ${time} ${quoted(member.path)}${arrow}`
  }

  function quoted(path: string): string {
    return `"${path.replaceAll('\n', '\\n')}"`
  }
})

describe('names and numbers', () => {
  test.each<[string, RawBlocks[], object]>([
    ['of ustar with a prefix', [prefixed('a/b', 'dir/ü')], { path: 'dir/ü/a/b' }],
    ['that fill their field', [raw({ name: 'n'.repeat(100) })], { path: 'n'.repeat(100) }],
    [
      'of GNU, long',
      [gnuLongName('p'.repeat(300)), raw({ name: 'p'.repeat(100) })],
      { path: 'p'.repeat(300) },
    ],
    [
      'of GNU, long, cut in the middle of a character',
      [gnuLongName('ü'.repeat(150)), { raw: cutName('ü'.repeat(150)) }],
      { path: 'ü'.repeat(150) },
    ],
    [
      'of GNU, long, for a link and its target',
      [
        gnuLongName('t'.repeat(200), 'K'),
        gnuLongName('l'.repeat(200)),
        raw({ name: 'l', typeflag: '2', linkname: 't' }),
      ],
      { path: 'l'.repeat(200), linkpath: 't'.repeat(200) },
    ],
    [
      'of pax',
      [pax({ path: 'from/pax', mtime: '1.75', comment: 'x' }), raw({ name: 'x' })],
      { path: 'from/pax', mtime: 1 },
    ],
    ['of pax with a newline', [pax({ path: 'a\nb=c' }), raw({ name: 'x' })], { path: 'a\nb=c' }],
    ['of pax, before 1970', [pax({ mtime: '-1.5' }), raw({ name: 'x' })], { mtime: -2 }],
    [
      'of pax, which wins over the size in the header',
      [
        pax({ size: '3' }),
        { raw: Buffer.concat([headerBlock({ name: 'x', size: '00000000000' }), padded(Buffer.from('abc'))]) },
      ],
      { size: 3, content: 'abc' },
    ],
    ['beside a comment for all', [pax({ comment: 'a commit' }, 'g'), raw({ name: 'x' })], { path: 'x' }],
    ['beside owners for all', [pax({ uid: '0', gname: 'a' }, 'g'), raw({ name: 'x' })], { path: 'x' }],
    ['beside an owner of pax', [pax({ uid: '-2', gid: '4294967294' }), raw({ name: 'x' })], { path: 'x' }],
    ['beside extended attributes', [pax({ 'SCHILY.xattr.user.a': 'b' }), raw({ name: 'x' })], { path: 'x' }],
    [
      'of the seventh edition',
      [raw({ name: 'x', typeflag: '\0', magic: '\0'.repeat(8) }, 'old')],
      { type: 'file', content: 'old' },
    ],
    ['with what stands behind a NUL', [raw({ name: 'x\0y\nz' })], { path: 'x' }],
    ['of a contiguous file', [raw({ name: 'x', typeflag: '7' }, 'abc')], { type: 'file', content: 'abc' }],
    ['with spaces', [raw({ name: 'x', mode: '   755 ', uid: '   42 \0' })], { mode: 0o755 }],
    ['with blanks', [raw({ name: 'x', uid: ' '.repeat(8), mtime: '\0'.repeat(12) })], { mtime: 0 }],
    ['with more than permissions', [raw({ name: 'x', mode: '0104755' })], { mode: 0o4755 }],
  ])('%s', async (_, blocks, expected) => {
    expect(await members(await tarOf(blocks))).toEqual([expect.objectContaining(expected)])
  })

  function prefixed(path: string, prefix: string): RawBlocks {
    return withBytes(headerBlock({ name: path }), 345, Buffer.from(prefix))
  }
})

/** A header with other bytes in one place and the right checksum. */
function withBytes(header: Buffer, offset: number, bytes: Uint8Array): RawBlocks {
  const block = Buffer.from(header)
  block.set(bytes, offset)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return { raw: block }
}

function cutName(path: string): Buffer {
  const { raw } = withBytes(headerBlock({ name: '' }), 0, Buffer.from(path).subarray(0, 100))
  return raw as Buffer
}

describe('numbers of GNU in base 256', () => {
  const header = headerBlock({ name: 'x', magic: 'ustar  \0' })
  const field = (length: number, value: bigint) => {
    const bytes = Buffer.from(
      BigInt.asUintN(length * 8, value)
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    )
    bytes[0]! |= 0x80
    return bytes
  }

  test.each([
    ['a time before 1970', 136, field(12, -86_400n), { mtime: -86_400 }],
    ['a time far away', 136, field(12, 10_000_000_000n), { mtime: 10_000_000_000 }],
  ])('for %s', async (_, offset, bytes, expected) => {
    expect(await members(await tarOf([withBytes(header, offset, bytes)]))).toMatchObject([expected])
  })

  // Nobody unpacks by owners: hab makes everything the installing user's, and in an image everything is root's.
  test.each([
    ['the largest', 2n ** 32n - 1n],
    ['of nobody', -2n],
    ['beyond all', 2n ** 55n],
  ])('for an owner and a group, %s', async (_, value) => {
    const { raw } = withBytes(header, 108, Buffer.concat([field(8, value), field(8, value)]))
    expect(await members(await tarOf([{ raw }]))).toMatchObject([{ path: 'x' }])
  })

  test('for a size of more than 8 GiB', async () => {
    const size = 9n * 2n ** 30n
    const tar = Buffer.concat([withBytes(header, 124, field(12, size)).raw, Buffer.from('abc')])
    for await (const member of readTar(pieces(tar), name, 2 ** 40)) {
      expect(member).toMatchObject({ type: 'file', size: Number(size) })
      break
    }
  })

  test.each([
    ['a size below zero', 124, field(12, -1n), 'size'],
    ['a size beyond all', 124, field(12, 2n ** 90n), 'size'],
    ['a time beyond all', 136, field(12, 2n ** 52n), 'time'],
    ['a time before all', 136, field(12, -(2n ** 80n)), 'time'],
    // GNU tar, Python and libarchive read a number that has other bits in its first byte each in its own way.
    ['a time with another mark', 136, field(12, 2n ** 94n), 'time'],
    ['an owner with another mark', 108, field(8, 2n ** 62n), 'owner'],
    ['a mode with another mark', 100, field(8, -(2n ** 60n)), 'mode'],
  ])('are refused for %s', async (_, offset, bytes, problem) => {
    const error = await failure(skipAll(await tarOf([withBytes(header, offset, bytes)])))
    expect(error.code).toBe('TAR_FORMAT')
    expect(error.message).toContain(`an invalid ${problem}`)
  })
})

describe('an archive is refused', () => {
  const file = (path = 'x', content = 'abc') => raw({ name: path }, content)
  test.each<[string, (RawBlocks | TarEntry)[], string]>([
    ['for a wrong checksum', [raw({ name: 'x', checksum: '000001' })], 'checksum'],
    ['for a checksum that is none', [raw({ name: 'x', checksum: 'zzzzzz' })], 'checksum'],
    ['for a size with other digits', [raw({ name: 'x', size: '0000000001x' })], 'an invalid size'],
    ['for a size with an 8', [raw({ name: 'x', size: '00000000018' })], 'an invalid size'],
    ['for a size below zero', [raw({ name: 'x', size: '-0000000001' })], 'an invalid size'],
    ['for two numbers in a field', [raw({ name: 'x', size: '1 2' })], 'an invalid size'],
    ['for a mode that is none', [raw({ name: 'x', mode: 'rwxr-xr' })], 'an invalid mode'],
    ['for a time that is none', [raw({ name: 'x', mtime: 'yesterday' })], 'an invalid time'],
    ['for an owner that is none', [raw({ name: 'x', uid: 'nobody' })], 'an invalid owner'],
    ['for a group that is none', [raw({ name: 'x', gid: '99' })], 'an invalid group'],
    // To Python's tarfile, the archive ends before such a member.
    [
      'for a device number that is none',
      [withBytes(headerBlock({ name: 'x' }), 329, Buffer.from('x'))],
      'an invalid device number',
    ],
    [
      'for a second device number that is none',
      [withBytes(headerBlock({ name: 'x', magic: 'ustar  \0' }), 337, Buffer.from([0xc0]))],
      'an invalid device number',
    ],
    // Of which some readers make "dir//x", some "dir/x".
    [
      'for a prefix with a slash at its end',
      [withBytes(headerBlock({ name: 'x' }), 345, Buffer.from('dir/'))],
      'the prefix "dir/"',
    ],
    // Such as a time of GNU's incremental archives, which Python's tarfile takes for a prefix.
    [
      'for a prefix in the format of GNU',
      [withBytes(headerBlock({ name: 'x', magic: 'ustar  \0' }), 345, Buffer.from('14567465245\0'))],
      'a prefix, which its format does not have',
    ],
    [
      'for a prefix in that of the seventh edition',
      [withBytes(headerBlock({ name: 'x', magic: '\0'.repeat(8) }), 345, Buffer.from('dir'))],
      'a prefix, which its format does not have',
    ],
    ['for another format', [raw({ name: 'x', magic: 'ustar\u00009z' })], 'an unknown format'],
    ['for another magic', [raw({ name: 'x', magic: 'tarbomb!' })], 'an unknown format'],
    [
      'for a name that is not UTF-8',
      [withBytes(headerBlock({ name: '' }), 0, Buffer.from('caf\xe9', 'latin1'))],
      'not UTF-8',
    ],
    [
      'for a link to a name that is not UTF-8',
      [withBytes(headerBlock({ name: 'x', typeflag: '2' }), 157, Buffer.from([0xff]))],
      'not UTF-8',
    ],
    [
      'for a long name that is not UTF-8',
      [pax({}), { raw: gnuBytes(Buffer.from([0x61, 0xff, 0])) }, file()],
      'not UTF-8',
    ],
    [
      'for a long name that continues where its size ends',
      [{ raw: Buffer.concat([gnuBytes(Buffer.from('dir/longer')).fill('!', 512 + 10, 512 + 11)]) }, file()],
      '"dir/longer" continues after its 10 bytes',
    ],
    ['for a NUL in a pax name', [pax({ path: 'a\0b' }), file()], 'a\\u0000b'],
    ['for a name too long for Linux', [gnuLongName('n'.repeat(4096)), file()], 'longer than 4095 bytes'],
    [
      'for a link to a name too long',
      [pax({ linkpath: 'n'.repeat(5000) }), raw({ name: 'x', typeflag: '2' })],
      'longer than 4095',
    ],
    [
      'for a character device',
      [{ path: 'dev/null', type: 'character-device', devmajor: 1, devminor: 3 }],
      '"dev/null" is a character device',
    ],
    [
      'for a block device',
      [{ path: 'dev/sda', type: 'block-device', devmajor: 8 }],
      '"dev/sda" is a block device',
    ],
    ['for a fifo', [{ path: 'pipe', type: 'fifo' }], '"pipe" is a fifo'],
    ['for a type of the future', [raw({ name: 'x', typeflag: 'Z' })], '"Z"'],
    ['for a volume label', [raw({ name: 'x', typeflag: 'V' })], '"V"'],
    ['for an old GNU long name', [raw({ name: 'x', typeflag: 'N' })], '"N"'],
    ['for a type that drives a terminal', [raw({ name: 'x\x1b[2J', typeflag: '\x1b' })], '"x\\u001b[2J"'],
    ['for a sparse file of old GNU', [raw({ name: 'x', typeflag: 'S', magic: 'ustar  \0' })], 'sparse'],
    [
      'for a sparse file of pax',
      [pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'y', 'GNU.sparse.realsize': '9' }), file()],
      'sparse',
    ],
    ['for sparse files everywhere', [pax({ 'GNU.sparse.major': '1' }, 'g'), file()], 'sparse'],
    // What libarchive takes for the size.
    ['for a sparse file of star', [pax({ 'SCHILY.realsize': '9' }), file()], 'sparse'],
    ['for a volume label of pax', [pax({ 'GNU.volume.label': 'y' }, 'g'), file()], 'several volumes'],
    ['for a directory with content', [raw({ name: 'd/', typeflag: '5' }, 'abc')], '"d/" has content'],
    [
      'for a directory with content by pax',
      [pax({ size: '3' }), raw({ name: 'd/', typeflag: '5' })],
      '"d/" has content',
    ],
    [
      'for a symlink with content',
      [raw({ name: 'l', typeflag: '2', linkname: 't' }, 'abc')],
      '"l" has content',
    ],
    [
      'for a hardlink with content',
      [raw({ name: 'l', typeflag: '1', linkname: 't' }, 'abc')],
      '"l" has content',
    ],
    ['for a symlink to nothing', [raw({ name: 'l', typeflag: '2' })], '"l" has no target'],
    ['for a hardlink to nothing', [raw({ name: 'l', typeflag: '1' })], '"l" has no target'],
    ['for a file with a name of a directory', [raw({ name: 'x/' }, 'abc')], '"x/"'],
    ['for a file with a pax name of a directory', [pax({ path: 'x/' }), file()], '"x/"'],
    ['for a file with a long name of a directory', [gnuLongName('x/'), file()], '"x/"'],
    ['for a link with a name of a directory', [raw({ name: 'x/', typeflag: '2', linkname: 't' })], '"x/"'],
    [
      'for a hard link to a name of a directory',
      [file(), raw({ name: 'y', typeflag: '1', linkname: 'x/' })],
      'leads to "x/"',
    ],
    // libarchive passes over it.
    ['for a member without a name', [raw({ name: '' }, 'abc')], 'a member has no name'],
    ['for a pax owner that is none', [pax({ uid: './' }), file()], 'pax uid is "./"'],
    ['for a pax group that is none', [pax({ gid: '1e9' }), file()], 'pax gid is "1e9"'],
    ['for a global path', [pax({ path: 'y' }, 'g'), file()], 'global'],
    ['for a global link', [pax({ linkpath: 'y' }, 'g'), file()], 'global'],
    ['for a global size', [pax({ size: '512' }, 'g'), file()], 'global'],
    ['for two pax names', [pax({ path: 'y' }), pax({ path: 'z' }), file()], 'two extension headers'],
    ['for two long names', [gnuLongName('y'), gnuLongName('z'), file()], 'two extension headers'],
    [
      'for a pax name and a long name',
      [pax({ path: 'y' }), gnuLongName('z'), file()],
      'two extension headers',
    ],
    ['for an empty pax name', [pax({ path: '' }), file()], 'empty path'],
    ['for an empty long name', [gnuLongName(''), file()], 'empty path'],
    ['for an empty pax size', [pax({ size: '' }), file()], 'pax size is ""'],
    ['for a pax size below zero', [pax({ size: '-1' }), file()], 'pax size is "-1"'],
    ['for a pax size in hex', [pax({ size: '0x10' }), file()], 'pax size is "0x10"'],
    ['for a pax size with a fraction', [pax({ size: '1.5' }), file()], 'pax size is "1.5"'],
    ['for a pax size beyond all', [pax({ size: '9'.repeat(30) }), file()], 'pax size is "999'],
    ['for a pax time that is none', [pax({ mtime: '1e9' }), file()], 'pax mtime is "1e9"'],
    ['for a pax record without a length', [pax('path=x\n'), file()], 'pax header is malformed'],
    ['for a pax record with a length of zero', [pax('0 path=x\n'), file()], 'pax header is malformed'],
    ['for a pax record shorter than its length', [pax('99 path=x\n'), file()], 'pax header is malformed'],
    ['for a pax record longer than its length', [pax('9 path=xyz\n'), file()], 'pax header is malformed'],
    ['for a pax record without a value', [pax('8 path\n\n'), file()], 'pax header is malformed'],
    ['for a pax record without a key', [pax('6 =xy\n'), file()], 'pax header is malformed'],
    ['for a pax record without its end', [pax('9 path=xy'), file()], 'pax header is malformed'],
    [
      'for a pax record of a huge length',
      [pax(`${'9'.repeat(400)} path=x\n`), file()],
      'pax header is malformed',
    ],
    [
      'for an extension header of many bytes',
      [pax({ comment: 'x'.repeat(70_000) }), file()],
      'an extension header has',
    ],
    ['for an extension header of no member', [file(), pax({ path: 'y' })], 'describes no member'],
    ['for a global header of no member', [file(), pax({ comment: 'y' }, 'g')], 'describes no member'],
    ['for a second archive behind the first', [file(), { raw: END }, file('y')], 'trailing data'],
    [
      'for a byte behind its end',
      [file(), { raw: Buffer.concat([END, Buffer.alloc(9000), Buffer.from('x')]) }],
      'trailing data',
    ],
  ])('%s', async (_, blocks, problem) => {
    const tar = await tarOf(blocks)
    for (const read of [skipAll(tar), members(tar, 512)]) {
      const error = await failure(read)
      expect(error.code).toBe('TAR_FORMAT')
      expect(error.message).toContain(name)
      expect(error.message).toContain(problem)
    }
  })

  function gnuBytes(bytes: Buffer): Buffer {
    const header = headerBlock({
      name: '././@LongLink',
      typeflag: 'L',
      size: bytes.length.toString(8).padStart(11, '0'),
    })
    return Buffer.concat([header, padded(bytes)])
  }

  test('wherever it is cut', async () => {
    const tar = await tarOf([
      gnuLongName('n'.repeat(200)),
      file('n', 'a'.repeat(700)),
      pax({ path: 'y' }),
      file('z', 'abc'),
      { path: 'd', type: 'directory' },
    ])
    const whole = tar.length - END.length
    for (const cut of [
      0,
      1,
      511,
      512,
      600,
      712,
      1023,
      1024,
      1300,
      1536,
      2000,
      2236,
      2240,
      2560,
      whole - 1,
      whole,
    ]) {
      const error = await failure(skipAll(tar.subarray(0, cut)))
      expect(error.code, `cut at ${cut}`).toBe('TAR_FORMAT')
      expect(error.message).toContain('it is truncated')
      await failure(members(tar.subarray(0, cut), 100))
    }
    expect(await members(tar.subarray(0, whole + 512))).toHaveLength(3)
  })

  test.each([
    ['no tar', Buffer.from('#!/bin/sh\nexit 1\n'.repeat(100))],
    ['one of a web page', Buffer.alloc(4096, '<html>')],
    ['random bytes', Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 7919) & 0xff))],
  ])('that is %s', async (_, bytes) => {
    expect((await failure(skipAll(bytes))).code).toBe('TAR_FORMAT')
  })
})

describe('content', () => {
  test('that nobody reads, or only in part, is passed over', async () => {
    const tar = await tarOf(['a', 'b', 'c'].map(path => ({ path, content: path.repeat(100_000) })))
    const paths: string[] = []
    for await (const member of readTar(pieces(tar, 4096), name, 1 << 30)) {
      paths.push(member.path)
      if (member.type === 'file' && member.path === 'b') for await (const _ of member.content) break
    }
    expect(paths).toEqual(['a', 'b', 'c'])
  })

  test('is gone once the next member was asked for', async () => {
    const tar = await tarOf([
      { path: 'a', content: 'aaa' },
      { path: 'b', type: 'directory' },
    ])
    const reader = readTar(pieces(tar), name, 1 << 30)
    const { value: a } = await reader.next()
    await reader.next()
    expect(a.type === 'file' && (await bytesOf(a.content)).length).toBe(0)
  })
})

describe('the limit', () => {
  test('stops at the header of a file that is too large, before its content', async () => {
    let read = 0
    async function* source() {
      yield headerBlock({ name: 'bomb', size: '77777777777' })
      for (;;) {
        read += 1 << 16
        yield new Uint8Array(1 << 16)
      }
    }
    const error = await failure(drain(readTar(source(), name, 10_000_000)))
    expect(error.code).toBe('ARCHIVE_TOO_LARGE')
    expect(error.message).toContain(name)
    expect(error.message).toContain('more than 10000000 bytes')
    expect(error.message).toContain('--max-package-size')
    expect(read).toBe(0)
  })

  test.each([
    ['zeros behind the end', () => END],
    ['empty files', (i: number) => headerBlock({ name: `f${i}` })],
    ['headers that say nothing', () => pax({ comment: 'x' }).raw],
    ['headers for all', () => pax({ comment: 'x' }, 'g').raw],
  ])('stops at an endless run of %s', async (_, next) => {
    let read = 0
    async function* source() {
      for (let i = 0; ; i++) {
        const bytes = next(i)
        read += bytes.length
        yield bytes
      }
    }
    const error = await failure(drain(readTar(source(), name, 1_000_000)))
    expect(error.code).toBe('ARCHIVE_TOO_LARGE')
    expect(read).toBeLessThan(1_010_000)
  })

  test('accepts sizes just within it', async () => {
    const tar = await tarOf([{ path: 'a', content: 'a'.repeat(1000) }])
    await skipAll(tar, tar.length)
    expect((await failure(skipAll(tar, tar.length - 1))).code).toBe('ARCHIVE_TOO_LARGE')
    expect((await failure(skipAll(tar, 1000))).code).toBe('ARCHIVE_TOO_LARGE')
  })
})

test('whoever stops early closes the source', async () => {
  let closed = false
  async function* source() {
    try {
      yield await tarOf([{ path: 'a' }, { path: 'b' }])
    } finally {
      closed = true
    }
  }
  for await (const _ of readTar(source(), name, 1 << 30)) break
  expect(closed).toBe(true)
})
