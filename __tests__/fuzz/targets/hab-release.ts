import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { UnusableArchive, unpackRelease } from '../../../src/habitat/hab/unpack-release.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { changedBytes } from '../../testkit/mutations/bytes.ts'
import { changedTar, strangeMembers } from '../../testkit/mutations/tar.ts'
import { gnuLongName, tarOf } from '../../testkit/tar.ts'
import { FORBIDDEN, type Place, type Target } from '../target.ts'

const TOP = 'hab-2.0.500-20250102030405-x86_64-linux'

const PATHS: readonly string[] = [
  TOP,
  `${TOP}/`,
  `./${TOP}`,
  `${TOP}/hab`,
  `${TOP}/lib`,
  `${TOP}/lib/x`,
  `${TOP}/link`,
  `${TOP}/link/x`,
  `${TOP}/up/x`,
  `${TOP}/up/up/x`,
  `${TOP}/./x`,
  `${TOP}/../x`,
  `${TOP}//x`,
  `${TOP}\\..\\..\\x`,
  `${TOP}/${'d/'.repeat(40)}x`,
  `${TOP}/${'n'.repeat(256)}`,
  'other/x',
  'hab',
  'lib',
  '.',
  '..',
  '../..',
  `../${TOP}x`,
  '',
  FORBIDDEN,
  `../../../../../../../..${FORBIDDEN}`,
  'C:/x',
]

/** Archives of hab's own releases, which are unpacked to disk. */
export async function habRelease({ folder }: Place): Promise<Target> {
  const good = await tarOf([
    { path: TOP, type: 'directory', mode: 0o755 },
    { path: `${TOP}/lib/x`, content: 'x'.repeat(700) },
    { path: `${TOP}/link`, type: 'symlink', linkname: 'lib' },
    { path: `${TOP}/lib/up`, type: 'symlink', linkname: '../hab' },
    { path: `${TOP}/twin`, type: 'link', linkname: `${TOP}/lib/x` },
    gnuLongName(`${TOP}/${'n'.repeat(150)}`),
    { path: 'n', content: 'x', pax: { mtime: '1' } },
    { path: `${TOP}/hab`, content: 'program', mode: 0o755 },
  ])
  const packed = gzipSync(good)
  const tars = changedTar(good, PATHS, await strangeMembers(PATHS, 120))
  return {
    inputs: fc.oneof(
      { weight: 6, arbitrary: tars.map(tar => gzipSync(tar)) },
      { weight: 1, arbitrary: changedBytes(packed) },
    ),
    async attempt(input) {
      try {
        const top = await unpackRelease(input, folder)
        assert.deepEqual(await readdir(folder), [top])
        return 'unpacked'
      } catch (error) {
        // As the installation of hab does.
        throw error instanceof UnusableArchive ? new MesosizeError('HAB_ARCHIVE', error.message) : error
      }
    },
  }
}
