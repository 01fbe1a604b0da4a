import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { metadataFromJson, metadataToJson } from '../../../src/habitat/package/metadata-json.ts'
import { silent } from '../../../src/lib/report.ts'
import { CacheFolder } from '../../../src/package-cache/index.ts'
import { service } from '../../marathon/app/fixtures.ts'
import { changedBytes } from '../../testkit/mutations/bytes.ts'
import { changedJson } from '../../testkit/mutations/json.ts'
import type { Place, Target } from '../target.ts'

/** Magic, length of the description, and its SHA-256. */
const FOOTER = 48

/** Files of the package cache: damaged anywhere or in their members, or with another description under a correct digest. */
export async function kept({ folder }: Place): Promise<Target> {
  // A new one each time, for it looks for each package only once.
  const open = () => new CacheFolder({ folder, limit: 1 << 30, encoding: 'fuzz', report: silent })
  const member = gzipSync('member')
  const writer = await open().create('key', metadataToJson(service({ exports: new Map([['http', 'port']]) })))
  // The cache takes over what it is given, which must not be in a buffer that Node shares.
  await writer.write(Uint8Array.from(member), 6)
  await writer.commit()
  const [name = ''] = await readdir(folder)
  const file = await readFile(join(folder, name))
  const description = file.subarray(member.length, -FOOTER)

  const described = (text: string) => {
    const json = Buffer.from(text)
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(json.length))
    const digest = createHash('sha256').update(json).digest()
    return Buffer.concat([member, json, file.subarray(-FOOTER, -FOOTER + 8), length, digest])
  }
  return {
    inputs: fc.oneof(
      changedBytes(file),
      changedBytes(member).map(members => Buffer.concat([members, file.subarray(member.length)])),
      changedJson(JSON.parse(description.toString()), ['key', 'packed', 'hash']).map(described),
    ),
    async attempt(input) {
      await writeFile(join(folder, name), input)
      const found = await open().find('key')
      if (!found) return 'not used'
      metadataFromJson(found.metadata)
      const chunks: Buffer[] = []
      for await (const chunk of found.chunks()) chunks.push(Buffer.from(chunk))
      assert(Buffer.concat(chunks).equals(member), 'other bytes than those that were kept')
      return 'used'
    },
  }
}
