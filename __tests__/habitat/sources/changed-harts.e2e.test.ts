import { closeSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startEncoder } from '../../../src/codec/gzip/gzip.ts'
import { decodeXz, type XzDecoder } from '../../../src/codec/xz/xz.ts'
import { HartPackages } from '../../../src/habitat/sources/harts.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { silent } from '../../../src/lib/report.ts'
import { CacheFolder, keepPackage } from '../../../src/package-cache/index.ts'
import { makeHart } from '../../testkit/hart.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { packageEntries } from '../../testkit/package-entries.ts'
import { tarOf } from '../../testkit/tar.ts'
import { xzStored } from '../../testkit/xz.ts'
import { bytesOf } from '../reading.ts'

// Somebody overwrites the beginning of a hart in place at every moment of its reading: the file, its length and its
// name stay the same, and the body only stores, without a check of its own, so that whatever is written decodes.

const acme = originKey('acme')
const SIGNED = 'echo signed'
const WRITTEN = 'echo foreign'.slice(0, SIGNED.length)
const ENCODING = { encoder: 'libdeflate', level: 1 } as const

let root: string
let path: string
let hart: Buffer
let handles: FileHandle
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'changed-'))
  path = join(root, 'some.hart')
  await writePublicKey(root, acme)
  // The script comes first, and so much follows that hashing takes several reads.
  const files = { 'A/script': SIGNED, 'z/large': Buffer.alloc(3 << 20, 'z') }
  const tar = await tarOf(packageEntries({ ident: 'acme/app/1.0/20240102030405', files }))
  hart = await makeHart({ key: acme, body: xzStored(tar) })
  expect(hart.indexOf(SIGNED)).toBeLessThan(4096)
  const file = await open(join(root, `${acme.name}.pub`))
  handles = Object.getPrototypeOf(file)
  await file.close()
})
afterAll(() => rm(root, { recursive: true }))
beforeEach(() => writeFile(path, hart))
afterEach(() => vi.restoreAllMocks())

function overwrite(): void {
  const start = Buffer.from(hart.subarray(0, 4096))
  start.write(WRITTEN, start.indexOf(SIGNED))
  const file = openSync(path, 'r+')
  writeSync(file, start, 0, start.length, 0)
  closeSync(file)
}

/** An export's way with a hart. @param onRead called whenever bytes of any file were read, and before they are used */
async function openAndKeep(folder: string, onRead: () => void): Promise<string> {
  await mkdir(folder, { recursive: true })
  const { read } = handles
  vi.spyOn(handles, 'read').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    const result = await Reflect.apply(read, this, args)
    onRead()
    return result
  })
  const decode: XzDecoder = async function* (...args) {
    onRead()
    for await (const piece of decodeXz(...args)) {
      onRead()
      yield piece
    }
    onRead()
  }
  const cache = new CacheFolder({ folder, encoding: 'e', limit: 1 << 30, report: silent })
  const encode = startEncoder(ENCODING)
  const packages = new HartPackages({
    target: 'x86_64-linux',
    searched: [],
    caches: [],
    storeIn: root,
    keys: new KeyRing({ folders: [root] }),
    builder: () => expect.fail('no Builder is needed'),
    decodeXz: decode,
    maxPackageSize: 1 << 24,
    temporary: root,
    cache,
    packAhead: (key, entries, metadata) =>
      keepPackage(cache, key, entries, metadata, {
        compress: async block => encode(block),
        blocksInFlight: 1,
      }),
    report: silent,
  })
  try {
    const opened = await packages.openFile(path)
    const kept = await cache.find(opened.contentKey!)
    return gunzipSync(await bytesOf(kept!.chunks())).toString('latin1')
  } finally {
    vi.restoreAllMocks()
  }
}

test('what is exported and kept is what was signed, whenever the hart is overwritten', async () => {
  let moments = 0
  expect(await openAndKeep(join(root, 'untouched'), () => moments++)).toContain(SIGNED)
  expect(moments).toBeGreaterThan(8)
  const refused: number[] = []
  for (let moment = 1; moment <= moments; moment++) {
    await writeFile(path, hart)
    const folder = join(root, `${moment}`)
    let reads = 0
    const attacked = openAndKeep(folder, () => ++reads === moment && overwrite())
    const outcome = await attacked.catch(error => {
      if (!(error instanceof MesosizeError)) throw error
      refused.push(moment)
      expect(error.message).toContain(path)
      return SIGNED
    })
    expect(outcome, `overwritten at moment ${moment} of ${moments}`).toContain(SIGNED)
    expect(outcome, `overwritten at moment ${moment} of ${moments}`).not.toContain(WRITTEN)
    // The untouched hart is not served from what was kept in the meantime either.
    await writeFile(path, hart)
    expect(await openAndKeep(folder, () => {}), `kept at moment ${moment}`).toContain(SIGNED)
  }
  expect(refused.length).toBeGreaterThan(3)
})
