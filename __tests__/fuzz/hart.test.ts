import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import { HartPackages } from '../../src/habitat/sources/harts.ts'
import { KeyRing } from '../../src/habitat/sources/key-ring.ts'
import { MesosizeError } from '../../src/lib/errors.ts'
import { silent } from '../../src/lib/report.ts'
import { makeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { packageEntries } from '../testkit/package-entries.ts'
import { tarOf } from '../testkit/tar.ts'
import { xz, xzStored } from '../testkit/xz.ts'
import { isSound } from './sound.ts'

const key = originKey('acme')
const LIMIT = 1 << 20
let root: string
let path: string
let bodies: Buffer[]
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fuzz-'))
  path = join(root, 'some.hart')
  await writePublicKey(root, key)
  const files = {
    'bin/app': 'mesosize '.repeat(2000),
    'bin/twin': { hardlink: 'bin/app' },
    'a/link': { symlink: 'x' },
  }
  const tar = await tarOf(packageEntries({ ident: 'acme/app/1.0/20240102030405', files }))
  // One that is really compressed, and one in which the tar can be changed from outside, for it has no check.
  bodies = [xz(tar), xzStored(tar)]
})
afterAll(() => rm(root, { recursive: true }))

/** @returns `read`, or the code of the error of ours */
async function attempt(hart: Uint8Array): Promise<string> {
  await writeFile(path, hart)
  const harts = new HartPackages({
    target: 'x86_64-linux',
    searched: [],
    caches: [],
    storeIn: root,
    keys: new KeyRing({ folders: [root] }),
    builder: () => expect.fail('no Builder is needed'),
    decodeXz,
    maxPackageSize: LIMIT,
    temporary: root,
    report: silent,
  })
  try {
    const hart = await harts.openFile(path)
    await isSound(hart.entries(), LIMIT)
    return 'read'
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    expect(error.message).not.toMatch(/[\0-\x09\x0b-\x1f]/)
    return error.code
  }
}

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('set', 'flip', 'cut', 'insert', 'end'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((before, { at, kind, bytes: more }) => {
    const offset = Math.floor(at * before.length)
    const [start, rest] = [before.subarray(0, offset), before.subarray(offset)]
    switch (kind) {
      case 'set':
        return Buffer.concat([start, more, rest.subarray(more.length)])
      case 'flip':
        return Buffer.concat([start, rest.map((byte, i) => (i === 0 ? byte ^ (1 << (more[0]! & 7)) : byte))])
      case 'cut':
        return Buffer.concat([start, rest.subarray(more[0])])
      case 'insert':
        return Buffer.concat([start, more, rest])
      default:
        return Buffer.from(start)
    }
  }, bytes)
}

describe('a good hart', () => {
  test('is read', async () => {
    for (const body of bodies) expect(await attempt(await makeHart({ key, body }))).toBe('read')
  })

  test('changed anywhere is never read, unless it is the same', async () => {
    const original = await makeHart({ key, body: bodies[0]! })
    const bodyStart = original.length - bodies[0]!.length
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
        const hart = changed(original, changes)
        const outcome = await attempt(hart)
        // The header may be written in more than one way; the body may not.
        const body = (bytes: Buffer) => bytes.subarray(bytes.indexOf('\n\n') + 2)
        if (outcome === 'read') expect(body(hart).equals(original.subarray(bodyStart))).toBe(true)
      }),
      { seed: 20240102, numRuns: 300 },
    )
  })

  test('changed in its header', async () => {
    const original = await makeHart({ key, body: bodies[0]! })
    const bodyStart = original.length - bodies[0]!.length
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
        const header = changed(original.subarray(0, bodyStart), changes)
        await attempt(Buffer.concat([header, original.subarray(bodyStart)]))
      }),
      { seed: 20240102, numRuns: 200 },
    )
  })

  test.each([
    ['really compressed', 0],
    ['stored', 1],
  ])('changed in its body, %s, and signed again', async (_, which) => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
        outcomes.add(await attempt(await makeHart({ key, body: changed(bodies[which]!, changes) })))
      }),
      { seed: 20240102, numRuns: 300 },
    )
    expect(outcomes).toContain('XZ_FORMAT')
    // Through what is only stored, changes reach the tar.
    if (which === 1) expect(outcomes).toContain('TAR_FORMAT')
  })
})
