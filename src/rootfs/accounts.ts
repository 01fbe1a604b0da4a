import type { Closure } from '../habitat/package/package.ts'

interface User {
  name: string
  uid: number
  gid: number
  /** What follows the gid: comment, home, shell. */
  rest: string
}

interface Group {
  name: string
  gid: number
  members: string[]
}

// The accounts of Habitat's studio: components/studio/libexec/defaults.sh.
const BASE_USERS: readonly Readonly<User>[] = [
  { name: 'root', uid: 0, gid: 0, rest: 'root:/root:/bin/sh' },
  { name: 'bin', uid: 1, gid: 1, rest: 'bin:/dev/null:/bin/false' },
  { name: 'daemon', uid: 6, gid: 6, rest: 'Daemon User:/dev/null:/bin/false' },
  { name: 'messagebus', uid: 18, gid: 18, rest: 'D-Bus Message Daemon User:/var/run/dbus:/bin/false' },
  { name: 'nobody', uid: 99, gid: 99, rest: 'Unprivileged User:/dev/null:/bin/false' },
]
const BASE_GROUPS: readonly (readonly [name: string, gid: number, ...members: string[]])[] = [
  ['root', 0],
  ['bin', 1, 'daemon'],
  ['sys', 2],
  ['kmem', 3],
  ['tape', 4],
  ['tty', 5],
  ['daemon', 6],
  ['floppy', 7],
  ['disk', 8],
  ['lp', 9],
  ['dialout', 10],
  ['audio', 11],
  ['video', 12],
  ['utmp', 13],
  ['usb', 14],
  ['cdrom', 15],
  ['adm', 16],
  ['messagebus', 18],
  ['systemd-journal', 23],
  ['input', 24],
  ['mail', 34],
  ['nogroup', 99],
  ['users', 999],
]

// DEFAULT_USER_AND_GROUP_ID and DEFAULT_HAB_UID of Habitat's container exporter.
const SERVICE_ID = 42
const FURTHER_ID = 84

/**
 * The texts of /etc/passwd and /etc/group: a base set, the service's SVC_USER and SVC_GROUP with the ids that
 * Habitat's container exporter gives them (components/pkg-export-container/src/build.rs, svc_users_and_groups),
 * a user `hab`, on which services that start as root rely, and the users and groups of all other packages.
 * Names need no check here: a package's are checked when its metadata is read (ACCOUNT_NAME).
 */
export function accounts(closure: Closure): { passwd: string; group: string } {
  const users = new Map(BASE_USERS.map(user => [user.name, user]))
  const groups = new Map(
    BASE_GROUPS.map(([name, gid, ...members]): [string, Group] => [name, { name, gid, members }]),
  )

  function ensureGroup(name: string, firstId: number): Group {
    let group = groups.get(name)
    if (!group) {
      group = {
        name,
        gid: freeId(
          firstId,
          [...groups.values()].map(other => other.gid),
        ),
        members: [],
      }
      groups.set(name, group)
    }
    return group
  }

  function ensure({ user, group }: Account, firstId: number): void {
    // The service's group need not be its user's own, and must not be root: hab takes its place then.
    const own = group === 'root' ? undefined : ensureGroup(group, firstId)
    if (users.has(user)) return
    const { gid, members } = own ?? ensureGroup('hab', FURTHER_ID)
    const uid = freeId(
      firstId,
      [...users.values()].map(other => other.uid),
    )
    users.set(user, { name: user, uid, gid, rest: `${user} User:/:/bin/false` })
    members.push(user)
  }

  ensure(accountOf(closure.service.metadata), SERVICE_ID)
  if (!users.has('hab')) ensure({ user: 'hab', group: 'hab' }, FURTHER_ID)
  for (const { metadata } of closure.packages) {
    if (metadata.svcUser ?? metadata.svcGroup) ensure(accountOf(metadata), FURTHER_ID)
  }

  return {
    passwd: lines([...users.values()].map(({ name, uid, gid, rest }) => `${name}:x:${uid}:${gid}:${rest}`)),
    group: lines([...groups.values()].map(({ name, gid, members }) => `${name}:x:${gid}:${members.join()}`)),
  }
}

interface Account {
  user: string
  group: string
}

function accountOf({ svcUser, svcGroup }: { svcUser?: string; svcGroup?: string }): Account {
  return { user: svcUser ?? 'hab', group: svcGroup ?? 'hab' }
}

function freeId(first: number, taken: readonly number[]): number {
  let id = first
  while (taken.includes(id)) id++
  return id
}

function lines(texts: readonly string[]): string {
  return texts.map(text => `${text}\n`).join('')
}
