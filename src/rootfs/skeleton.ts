import { packagePath } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'
import { accounts } from './accounts.ts'
import { binLinks } from './binlinks.ts'
import type { Programs } from './programs.ts'

/** A generated member of the root filesystem, before owner and time are put on it. */
export type Member =
  | { type: 'directory'; mode: number }
  | { type: 'file'; mode: number; text: string }
  | { type: 'symlink'; target: string }

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['proc', 0o755],
  ['root', 0o700],
  ['run', 0o755],
  ['run/lock', 0o755],
  ['sys', 0o755],
  ['tmp', 0o1777],
  ['var', 0o755],
  ['var/cache', 0o755],
  ['var/lib', 0o755],
  ['var/log', 0o755],
  ['var/mail', 0o755],
  ['var/opt', 0o755],
  ['var/spool', 0o755],
  ['var/tmp', 0o1777],
]

const NSSWITCH = `passwd: files
group: files
shadow: files
hosts: files dns
networks: files
rpc: files
services: files
`

const HOSTS = `127.0.0.1 localhost
::1 localhost
`

/**
 * What the root filesystem holds besides packages, by path, parents of the packages included. There is no
 * /etc/resolv.conf: `launch` copies the agent's.
 */
export function skeleton(closure: Closure, programs: Programs): ReadonlyMap<string, Member> {
  const { passwd, group } = accounts(closure)
  const members = new Map<string, Member>([
    ['etc/group', { type: 'file', mode: 0o644, text: group }],
    ['etc/hosts', { type: 'file', mode: 0o644, text: HOSTS }],
    ['etc/mtab', { type: 'symlink', target: '/proc/self/mounts' }],
    ['etc/nsswitch.conf', { type: 'file', mode: 0o644, text: NSSWITCH }],
    ['etc/passwd', { type: 'file', mode: 0o644, text: passwd }],
    ['etc/ssl', { type: 'symlink', target: `/${packagePath(closure.cacerts.metadata.ident)}/ssl` }],
    ['var/lock', { type: 'symlink', target: '/run/lock' }],
    ['var/run', { type: 'symlink', target: '/run' }],
  ])
  for (const [path, mode] of DIRECTORIES) members.set(path, { type: 'directory', mode })
  for (const { metadata } of closure.packages) {
    const parents = packagePath(metadata.ident).split('/').slice(0, -1)
    for (let depth = 1; depth <= parents.length; depth++) {
      members.set(parents.slice(0, depth).join('/'), { type: 'directory', mode: 0o755 })
    }
  }
  for (const [name, target] of binLinks(closure, programs.busybox)) {
    members.set(`bin/${name}`, { type: 'symlink', target })
  }
  return members
}
