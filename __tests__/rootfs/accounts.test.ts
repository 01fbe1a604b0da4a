import { describe, expect, test } from 'vitest'
import { accounts } from '../../src/rootfs/accounts.ts'
import { makeClosure, makePackage } from './handmade.ts'

// The accounts that every image has: the defaults of Habitat's studio.
const BASE_PASSWD = [
  'root:x:0:0:root:/root:/bin/sh',
  'bin:x:1:1:bin:/dev/null:/bin/false',
  'daemon:x:6:6:Daemon User:/dev/null:/bin/false',
  'messagebus:x:18:18:D-Bus Message Daemon User:/var/run/dbus:/bin/false',
  'nobody:x:99:99:Unprivileged User:/dev/null:/bin/false',
]
const BASE_GROUP =
  'root:x:0: bin:x:1:daemon sys:x:2: kmem:x:3: tape:x:4: tty:x:5: daemon:x:6: floppy:x:7: disk:x:8: lp:x:9: dialout:x:10: audio:x:11: video:x:12: utmp:x:13: usb:x:14: cdrom:x:15: adm:x:16: messagebus:x:18: systemd-journal:x:23: input:x:24: mail:x:34: nogroup:x:99: users:x:999:'.split(
    ' ',
  )

interface Service {
  user?: string
  group?: string
}

function added(service: Service, ...others: readonly Service[]): { users: string[]; groups: string[] } {
  const making = ({ user, group }: Service) => ({ svcUser: user, svcGroup: group })
  const { passwd, group } = accounts(
    makeClosure({
      service: making(service),
      others: others.map((other, i) => makePackage(`core/other${i}/1/20240101000000`, making(other))),
    }),
  )
  const [users, groups] = [passwd, group].map(text => {
    expect(text.endsWith('\n')).toBe(true)
    return text.slice(0, -1).split('\n')
  })
  for (const [lines, idColumn] of [
    [users!, 2],
    [groups!, 2],
  ] as const) {
    for (const column of [0, idColumn]) {
      const values = lines.map(line => line.split(':')[column])
      expect(new Set(values).size, `duplicates in ${values}`).toBe(values.length)
    }
  }
  const gids = new Set(groups!.map(line => line.split(':')[2]))
  for (const user of users!) expect(gids, `primary group of ${user}`).toContain(user.split(':')[3])
  expect(users!.slice(0, BASE_PASSWD.length)).toEqual(BASE_PASSWD)
  return {
    users: users!.slice(BASE_PASSWD.length),
    groups: groups!.filter(line => !BASE_GROUP.includes(line)),
  }
}

const user = (name: string, uid: number, gid: number) => `${name}:x:${uid}:${gid}:${name} User:/:/bin/false`

describe("the service's accounts are those of Habitat's container exporter", () => {
  test.each([
    ['root', 'root', [user('hab', 84, 84)], ['hab:x:84:hab']],
    ['root', 'hab', [user('hab', 84, 42)], ['hab:x:42:hab']],
    ['root', 'web', [user('hab', 84, 84)], ['web:x:42:', 'hab:x:84:hab']],
    ['hab', 'hab', [user('hab', 42, 42)], ['hab:x:42:hab']],
    ['hab', 'root', [user('hab', 42, 84)], ['hab:x:84:hab']],
    ['hab', 'web', [user('hab', 42, 42)], ['web:x:42:hab']],
    ['redis', 'web', [user('redis', 42, 42), user('hab', 84, 84)], ['web:x:42:redis', 'hab:x:84:hab']],
  ])('%s, %s', (svcUser, svcGroup, users, groups) => {
    expect(added({ user: svcUser, group: svcGroup })).toEqual({ users, groups })
  })

  test('hab and hab where the package names none', () => {
    expect(added({})).toEqual(added({ user: 'hab', group: 'hab' }))
  })
})

describe('where that table has no row or would write a name twice', () => {
  test.each([
    ['redis', 'hab', [user('redis', 42, 42), user('hab', 84, 42)], ['hab:x:42:redis,hab']],
    ['redis', 'root', [user('redis', 42, 84), user('hab', 84, 84)], ['hab:x:84:redis,hab']],
    ['nobody', 'nogroup', [user('hab', 84, 84)], ['hab:x:84:hab']],
    ['nobody', 'web', [user('hab', 84, 84)], ['web:x:42:', 'hab:x:84:hab']],
    ['redis', 'users', [user('redis', 42, 999), user('hab', 84, 84)], ['users:x:999:redis', 'hab:x:84:hab']],
    ['hab', 'tty', [user('hab', 42, 5)], ['tty:x:5:hab']],
  ])('%s, %s', (svcUser, svcGroup, users, groups) => {
    expect(added({ user: svcUser, group: svcGroup })).toEqual({ users, groups })
  })
})

describe('accounts of further packages', () => {
  test('get the next free ids, in the order of the closure', () => {
    expect(
      added(
        { user: 'redis', group: 'redis' },
        { user: 'www', group: 'web' },
        { user: 'pg', group: 'web' },
        { user: 'hab', group: 'hab' },
        { user: 'redis', group: 'cache' },
        { user: 'root', group: 'root' },
        { user: 'nobody', group: 'nogroup' },
      ),
    ).toEqual({
      users: [user('redis', 42, 42), user('hab', 84, 84), user('www', 85, 85), user('pg', 86, 85)],
      groups: ['redis:x:42:redis', 'hab:x:84:hab', 'web:x:85:www,pg', 'cache:x:86:'],
    })
  })

  test('step over the ids of the base set', () => {
    const others = Array.from({ length: 20 }, (_, i) => ({ user: `user${i}`, group: `user${i}` }))
    const { users } = added({ user: 'hab', group: 'hab' }, ...others)
    expect(users.slice(1)).toEqual(
      others.map(({ user: name }, i) => user(name, i < 15 ? 84 + i : 85 + i, i < 15 ? 84 + i : 85 + i)),
    )
  })

  test.each([
    ['a user without a group is in hab', { user: 'pg' }, [user('pg', 84, 42)]],
    ['a group without a user is for hab', { group: 'pg' }, []],
  ])('%s', (_, other, users) => {
    expect(added({ user: 'hab', group: 'hab' }, other).users).toEqual([user('hab', 42, 42), ...users])
  })
})
