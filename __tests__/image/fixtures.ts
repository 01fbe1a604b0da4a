import type { Entry } from '../../src/codec/tar/entry.ts'
import type { PackedPart } from '../../src/image/tarball.ts'

const owned = { uid: 0, gid: 0, mtime: 1_704_067_200 }

export function directory(path: string, fields: Partial<Entry> = {}): Entry {
  return { ...owned, mode: 0o755, ...fields, type: 'directory', path } as Entry
}

/** @param pieces the content, in the pieces in which it arrives */
export function file(path: string, pieces: (string | Uint8Array)[], fields: Partial<Entry> = {}): Entry {
  const content = pieces.map(piece => Buffer.from(piece as string))
  const size = content.reduce((sum, piece) => sum + piece.length, 0)
  return { ...owned, mode: 0o644, size, content, ...fields, type: 'file', path } as Entry
}

export function link(type: 'symlink' | 'hardlink', path: string, target: string): Entry {
  return { ...owned, mode: type === 'symlink' ? 0o777 : 0o644, type, path, target }
}

/** Every shape of entry whose header is out of the ordinary. */
export function awkwardEntries(): Entry[] {
  const deep = `tree/${'a-folder-of-twenty-chars/'.repeat(10)}file`
  return [
    directory('tree'),
    directory('tree/sticky', { mode: 0o1777 }),
    file('tree/empty', []),
    file('tree/block', ['x'.repeat(512)]),
    file('tree/setuid', ['#!/bin/sh\n'], { mode: 0o4755, uid: 42, gid: 43 }),
    file('tree/large-owner', ['o'], { uid: 2_000_000, gid: 2_097_151 }),
    file(`tree/${'n'.repeat(94)}`, ['99 bytes']),
    file(`tree/${'n'.repeat(95)}`, ['100 bytes']),
    file(`tree/${'n'.repeat(96)}`, ['101 bytes']),
    file(deep, ['deep']),
    file(`tree/${'p'.repeat(149)}/${'n'.repeat(99)}`, ['as long as both fields together hold']),
    file(`tree/${'q'.repeat(150)}/${'n'.repeat(99)}`, ['one byte more in the first']),
    file(`tree/${'r'.repeat(149)}/${'n'.repeat(100)}`, ['one byte more in the second']),
    directory(`tree/${'s'.repeat(120)}/${'n'.repeat(98)}`),
    directory(`tree/${'t'.repeat(120)}/${'n'.repeat(99)}`),
    file(`tree/${'ü'.repeat(74)}/${'ü'.repeat(49)}`, ['not ASCII, in both fields']),
    directory(`tree/${'d'.repeat(150)}`),
    file('tree/größe-日本語', ['not ASCII']),
    file(`tree/${'ü'.repeat(80)}`, ['not ASCII and long']),
    file('tree/ leading and trailing ', ['spaces']),
    file('tree/line\nbreak', ['newline']),
    link('symlink', 'tree/link', '/hab/pkgs/core/redis/7.2.4/20240102030405/bin/redis-server'),
    link('symlink', 'tree/dangling', '../nowhere'),
    link('symlink', 'tree/long-link', `/${'target/'.repeat(40)}end`),
    link('hardlink', 'tree/hard', 'tree/block'),
    link('hardlink', 'tree/hard-to-deep', deep),
  ]
}

/** The parts of a tarball that was packed, by their names. */
export function packedParts(names: readonly string[]): PackedPart[] {
  return names.map(name => ({ name, packed: 1 }))
}
