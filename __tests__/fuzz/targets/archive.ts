import { join } from 'node:path'
import fc from 'fast-check'
import { readTar } from '../../../src/codec/tar/read.ts'
import { readMetadata } from '../../../src/habitat/package/metadata.ts'
import { packageEntries } from '../../../src/habitat/sources/archive.ts'
import { asInstalled } from '../../../src/habitat/sources/as-installed.ts'
import { Spool } from '../../../src/lib/spool.ts'
import { bytesOfMember, changedTar, strangeBlocks, strangeMembers } from '../../testkit/mutations/tar.ts'
import { packageEntries as entriesOf } from '../../testkit/package-entries.ts'
import { pieces } from '../../testkit/pieces.ts'
import { gnuLongName, headerBlock, padded, tarOf } from '../../testkit/tar.ts'
import { FORBIDDEN, type Place, type Target } from '../target.ts'
import { isSound } from './sound.ts'

export const IDENT = 'acme/app/1.0/20240102030405'
const TOP = `hab/pkgs/${IDENT}`
/** Bytes. Far more than the original. */
export const LIMIT = 1 << 20

/** Names and link targets, valid and invalid ones. */
export const PATHS: readonly string[] = [
  TOP,
  `${TOP}/`,
  `./${TOP}`,
  `${TOP}/bin`,
  `${TOP}/bin/app`,
  `${TOP}/bin/app/x`,
  `${TOP}/bin/alias/x`,
  `${TOP}/IDENT`,
  `${TOP}/new`,
  `${TOP}/x\ny`,
  `${TOP}/ü`,
  `${TOP}/\xff`,
  `${TOP}/a//b`,
  `${TOP}/./a`,
  `${TOP}/../x`,
  `${TOP}/${'n'.repeat(150)}`,
  `${TOP}/${'d/'.repeat(60)}x`,
  `hab/pkgs/acme/app/1.0/20240102030406/x`,
  'hab',
  'hab/pkgs',
  'hab/x',
  './',
  '.',
  '..',
  '../x',
  '',
  'bin/app',
  `/${TOP}/x`,
  FORBIDDEN,
  `..${FORBIDDEN}`,
]

/** The tar of a hart, with members in the formats ustar, pax and GNU. */
export async function goodTar(): Promise<Buffer> {
  const files = {
    'bin/app': 'a'.repeat(1000),
    'bin/alias': { symlink: 'app' },
    'bin/twin': { hardlink: 'bin/app' },
    'default.toml': 'port = 1\n',
    [`share/${'long'.repeat(40)}/ü`]: 'x',
  }
  const named = [
    gnuLongName(`${TOP}/${'n'.repeat(150)}`),
    {
      raw: Buffer.concat([
        headerBlock({ name: 'n', size: '00000000003', magic: 'ustar  \0' }),
        padded(Buffer.from('abc')),
      ]),
    },
  ]
  return tarOf([...entriesOf({ ident: IDENT, files, exposes: [80] }), ...named])
}

/** Tars: a valid one with changes; valid and strange members; noise. */
export async function tars(): Promise<fc.Arbitrary<Buffer>> {
  const strange = await strangeMembers(PATHS, 120)
  const plain = await Promise.all(
    ['bin', 'IDENT', 'TARGET', 'a', 'ü'].map(name =>
      bytesOfMember({ path: `${TOP}/${name}`, content: name }),
    ),
  )
  const [top, ...above] = await Promise.all(
    [TOP, 'hab', 'hab/pkgs', './'].map(path => bytesOfMember({ path, type: 'directory' })),
  )
  const member = fc.oneof(fc.constantFrom(...strange), fc.constantFrom(...plain), strangeBlocks(PATHS))
  const start = fc.constantFrom([top!], [top!], [...above, top!], above, [])
  const some = fc
    .tuple(start, fc.array(member, { maxLength: 5 }))
    .map(([start, members]) => Buffer.concat([...start, ...members, Buffer.alloc(1024)]))
  const noise = fc.uint8Array({ maxLength: 3000 }).map(bytes => Buffer.from(bytes))
  return fc.oneof(
    { weight: 12, arbitrary: changedTar(await goodTar(), PATHS, strange) },
    { weight: 4, arbitrary: some },
    { weight: 1, arbitrary: noise },
  )
}

/** Uncompressed archives of harts, read as packages, including their metadata. */
export async function archive({ folder }: Place): Promise<Target> {
  return {
    inputs: await tars(),
    async attempt(tar) {
      // Pieces of various sizes, but the same for the same input.
      const size = 1 + (tar.length % 2000)
      const entries = () => packageEntries(readTar(pieces(tar, size), '/x.hart', LIMIT), '/x.hart')
      const spool = new Spool(join(folder, 'spool'))
      try {
        await isSound(asInstalled(entries(), spool), LIMIT)
      } finally {
        await spool.close()
      }
      await readMetadata(entries(), '/x.hart')
      return 'read'
    },
  }
}
