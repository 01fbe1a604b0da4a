import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { HartPackages } from '../../../src/habitat/sources/harts.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { silent } from '../../../src/lib/report.ts'
import { makeHart } from '../../testkit/hart.ts'
import { changedBytes } from '../../testkit/mutations/bytes.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { xz, xzStored } from '../../testkit/xz.ts'
import type { Place, Target } from '../target.ts'
import { goodTar, LIMIT, tars } from './archive.ts'
import { isSound } from './sound.ts'

const key = originKey('acme')

/** The first line of an input: whether the rest is a body to be signed, or a whole hart. */
const [SIGNED, AS_IT_IS] = [Buffer.from('signed\n'), Buffer.from('as it is\n')]

/** Whole harts, from the signature to the last entry. */
export async function hart({ fixtures, folder }: Place): Promise<Target> {
  await writePublicKey(fixtures, key)
  const tar = await goodTar()
  const compressed = xz(tar)
  const original = await makeHart({ key, body: compressed })
  const start = original.length - compressed.length
  const head = original.subarray(0, start)
  const headers = fc.oneof(
    { weight: 4, arbitrary: changedBytes(head, ['\n', '\r', 'HART-1', 'BLAKE2b', `${key.name}\n`]) },
    // Habitat accepts this as well.
    { weight: 1, arbitrary: fc.constant(Buffer.from(head.toString().replaceAll('\n', ' \r\n'))) },
  )
  const signed = (bodies: fc.Arbitrary<Buffer>) => bodies.map(body => Buffer.concat([SIGNED, body]))
  const asItIs = (harts: fc.Arbitrary<Buffer>) => harts.map(hart => Buffer.concat([AS_IT_IS, hart]))
  const path = join(folder, 'some.hart')
  return {
    inputs: fc.oneof(
      { weight: 3, arbitrary: signed(changedBytes(compressed)) },
      // Uncompressed and without a checksum, so that changes reach the tar.
      { weight: 3, arbitrary: signed((await tars()).map(xzStored)) },
      { weight: 1, arbitrary: asItIs(changedBytes(original)) },
      { weight: 1, arbitrary: asItIs(headers.map(head => Buffer.concat([head, compressed]))) },
    ),
    async attempt(input) {
      const isSigned = input.subarray(0, SIGNED.length).equals(SIGNED)
      const given = input.subarray(isSigned ? SIGNED.length : AS_IT_IS.length)
      await writeFile(path, isSigned ? await makeHart({ key, body: given }) : given)
      const harts = new HartPackages({
        target: 'x86_64-linux',
        searched: [],
        caches: [],
        storeIn: folder,
        keys: new KeyRing({ folders: [fixtures] }),
        builder: () => assert.fail('no Builder is needed'),
        decodeXz,
        maxPackageSize: LIMIT,
        temporary: folder,
        report: silent,
      })
      const opened = await harts.openFile(path)
      await isSound(opened.entries(), LIMIT)
      if (isSigned) return 'read'
      // A header can be written in several ways, but only this body was signed.
      assert(given.subarray(-compressed.length).equals(compressed), 'read a hart that nobody signed')
      return 'read as it is'
    },
  }
}
