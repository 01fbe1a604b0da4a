import { posix } from 'node:path'
import { packagePath } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'

/**
 * The symlinks of /bin, name to absolute target. If several packages have a program of the same name, the
 * service's wins, then that of the package asked for first, and busybox's applet comes last.
 * @param busybox the busybox program, which serves as `sh` even where its package links no applets
 */
export function binLinks(closure: Closure, busybox: string): ReadonlyMap<string, string> {
  const links = new Map<string, string>()
  for (const { metadata } of [closure.service, ...closure.requested, closure.busybox]) {
    for (const binary of metadata.binaries) {
      const name = posix.basename(binary)
      if (!links.has(name)) links.set(name, `/${packagePath(metadata.ident)}/${binary}`)
    }
  }
  if (!links.has('sh')) links.set('sh', busybox)
  return links
}
