import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readGroups, readUsers } from '../../src/inspect/accounts.ts'
import { readLaunch, supervisorArguments } from '../../src/inspect/start.ts'

test('the constants of launch are read', () => {
  const text = readFileSync(new URL('../../src/rootfs/launch.sh', import.meta.url), 'utf8')
  expect(readLaunch(text)).toEqual({
    service: 'origin/name/version/release',
    target: 'x86_64-linux',
    launcher: '/hab/pkgs/origin/hab-launcher/version/release/bin/hab-launch',
    supervisor: '/hab/pkgs/origin/hab-sup/version/release/bin/hab-sup',
  })
  expect(readLaunch('#!/bin/sh\nexec other\n')).toBeUndefined()
  expect(readLaunch(text.replace(/^supervisor=.*\n/m, ''))).toBeUndefined()
})

test.each([
  ['tar -xzpf a.tgz && rm a.tgz && exec sh ./launch', ''],
  ["tar -xzpf a.tgz && exec sh ./launch --group=blue '--peer=a b'", "--group=blue '--peer=a b'"],
  ['sleep 1', ''],
])('the arguments in %j', (cmd, expected) => {
  expect(supervisorArguments(cmd)).toBe(expected)
})

test('accounts are read, and lines that are none are skipped', () => {
  expect(readUsers('root:x:0:0:root:/root:/bin/sh\n# hab\nhab:x:42:43::/:/bin/false\n')).toEqual([
    { name: 'root', uid: 0, gid: 0 },
    { name: 'hab', uid: 42, gid: 43 },
  ])
  expect(readGroups('root:x:0:\nbad\n:x:1:\n')).toEqual([{ name: 'root', gid: 0 }])
})
