import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A statically linked busybox with which a root file system needs no libraries; Debian's busybox-static. */
export const BUSYBOX = '/bin/busybox'

/** Where a program lies that a test runs, or undefined where it cannot be had here. */
export function programPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map(folder => join(folder, name)).find(path => existsSync(path))
}

/** Why programs that a test runs cannot be had here, or undefined where all of them can. */
export function missingPrograms(...names: string[]): string | undefined {
  const missing = names.filter(name => programPath(name) === undefined)
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined
}

/** Why a test that mounts and changes roots cannot run here, or undefined where it can. */
export function cannotChroot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  if (!existsSync(BUSYBOX)) return `needs a static busybox at ${BUSYBOX}`
  const missing = missingPrograms('unshare', 'mount', 'chroot', 'tar', 'xz')
  if (missing) return missing
  const { status } = spawnSync('unshare', ['--mount', 'mount', '--make-rprivate', '/'])
  return status === 0 ? undefined : 'needs to be allowed to mount (CAP_SYS_ADMIN)'
}

/** A wrapper that makes root an ordinary user, for whom permissions count. */
export const ORDINARY_USER = ['unshare', '--user', '--map-user=1000', '--map-group=1000']

/** Why that cannot be done here, or undefined where it can. */
export function cannotBecomeOrdinary(): string | undefined {
  try {
    const uid = execFileSync(ORDINARY_USER[0]!, [...ORDINARY_USER.slice(1), 'id', '-u'], { encoding: 'utf8' })
    return uid.trim() === '1000' ? undefined : 'needs user namespaces'
  } catch {
    return 'needs user namespaces'
  }
}
