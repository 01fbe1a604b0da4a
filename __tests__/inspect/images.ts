import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type PackageSpec, packageEntries } from '../testkit/package-entries.ts'
import { type TarEntry, tarOf } from '../testkit/tar.ts'

const LAUNCH = readFileSync(new URL('../../src/rootfs/launch.sh', import.meta.url), 'utf8')

/** The members of a tarball as an export lays them out, without most of the skeleton. */
export function imageMembers(packages: readonly PackageSpec[], service = packages[0]!.ident): TarEntry[] {
  return [
    { path: 'launch', mode: 0o755, content: LAUNCH.replace('origin/name/version/release', service) },
    { path: 'rootfs', type: 'directory', mode: 0o755 },
    { path: 'rootfs/etc/group', mode: 0o644, content: 'root:x:0:\nhab:x:42:hab\n' },
    { path: 'rootfs/etc/passwd', mode: 0o644, content: 'root:x:0:0:root:/root:/bin/sh\nhab:x:42:42:::\n' },
    ...packages.flatMap(packageEntries).map(entry => ({
      ...entry,
      path: `rootfs/${entry.path}`,
      ...(entry.type === 'link' && { linkname: `rootfs/${entry.linkname}` }),
    })),
  ]
}

/** A tarball of an image; the first package is the service. */
export async function imageTarball(packages: readonly PackageSpec[]): Promise<Buffer> {
  return gzipSync(await tarOf(imageMembers(packages)))
}
