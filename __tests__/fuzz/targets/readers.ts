import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { tarBlocks } from '../../../src/codec/tar/blocks.ts'
import type { Entry } from '../../../src/codec/tar/entry.ts'
import { readTar, type TarMember } from '../../../src/codec/tar/read.ts'
import { packageEntries } from '../../../src/habitat/sources/archive.ts'
import { asInstalled } from '../../../src/habitat/sources/as-installed.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { Spool } from '../../../src/lib/spool.ts'
import { pieces } from '../../testkit/pieces.ts'
import { type Listed, type TarReaders, tarReaders } from '../../testkit/tar-readers.ts'
import type { Place, Target } from '../target.ts'
import { LIMIT, tars } from './archive.ts'

/** Archives that Mesosize accepts, and what it writes from them, are the same to other programs. */
export async function readers({ folder }: Place): Promise<Target> {
  const { busybox, ...strangers } = tarReaders()
  const [file, spoolFile] = [join(folder, 'some.tar'), join(folder, 'spool')]

  async function areLike(
    expected: readonly Listed[],
    programs: Partial<TarReaders>,
    what: string,
  ): Promise<void> {
    for (const [name, list] of Object.entries(programs)) {
      const seen = await list(file).catch(error => assert.fail(`${name} refuses ${what}: ${error}`))
      checkAlike(expected.map(OWN_WAYS[name] ?? (member => member)), seen, `${name} lists ${what}`)
    }
  }

  return {
    inputs: await tars(),
    async attempt(tar) {
      const read = () => readTar(pieces(tar), '/x.hart', LIMIT)
      const members: Listed[] = []
      for await (const member of read()) members.push(listedMember(member))
      await writeFile(file, tar)
      await areLike(members, strangers, 'what we read')

      const spool = new Spool(spoolFile)
      try {
        const entries: Entry[] = []
        for await (const entry of asInstalled(packageEntries(read(), '/x.hart'), spool)) entries.push(entry)
        const blocks: Uint8Array[] = []
        for await (const { bytes } of tarBlocks(entries)) blocks.push(bytes)
        await writeFile(file, Buffer.concat([...blocks, Buffer.alloc(1024)]))
        await areLike(entries.map(listedEntry), { ...strangers, busybox }, 'what we wrote')
        return 'read and written'
      } catch (error) {
        // A valid archive, but not of a package.
        if (error instanceof MesosizeError) return 'read'
        throw error
      } finally {
        await spool.close()
      }
    },
  }
}

function checkAlike(expected: readonly Listed[], seen: readonly Listed[], who: string): void {
  for (let index = 0; index < Math.max(expected.length, seen.length); index++) {
    const [ours, theirs] = [expected[index], seen[index]]
    if (isDeepStrictEqual(ours, theirs)) continue
    assert.fail(`${who} differently: ${JSON.stringify(theirs)}, not ${JSON.stringify(ours)}`)
  }
}

function listedMember(member: TarMember): Listed {
  return listed(member, 'linkpath' in member ? member.linkpath : undefined)
}

function listedEntry(entry: Entry): Listed {
  return listed(entry, 'target' in entry ? entry.target : undefined)
}

function listed(member: TarMember | Entry, target: string | undefined): Listed {
  const { type, path, mode } = member
  return {
    type,
    mode: modeText(mode),
    ...(type === 'file' && { size: member.size }),
    name: target === undefined ? path.replace(/\/$/, '') : `${path} -> ${target}`,
  }
}

/** How programs list members that they read like us. */
const OWN_WAYS: Readonly<Record<string, (member: Listed) => Listed>> = {
  // Its hard links differ from files only by the arrow.
  busybox: member => (member.type === 'hardlink' ? { ...member, type: 'file', size: 0 } : member),
}

function modeText(mode: number): string {
  const special = [mode & 0o4000 && 's', mode & 0o2000 && 's', mode & 0o1000 && 't']
  return [6, 3, 0]
    .map((shift, index) => {
      const bits = (mode >> shift) & 7
      const mark = special[index]
      const last = mark ? (bits & 1 ? mark : mark.toUpperCase()) : bits & 1 ? 'x' : '-'
      return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + last
    })
    .join('')
}
