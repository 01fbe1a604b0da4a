import type { ImageContents } from './contents.ts'

/** The users of /etc/passwd; lines that are not `name:password:uid:gid:…` are skipped. */
export function readUsers(passwd: string): ImageContents['users'] {
  return passwd.split('\n').flatMap(line => {
    const [, name, uid, gid] = /^([^:]+):[^:]*:(\d+):(\d+):/.exec(line) ?? []
    return name === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}

/** The groups of /etc/group; lines that are not `name:password:gid:…` are skipped. */
export function readGroups(group: string): ImageContents['groups'] {
  return group.split('\n').flatMap(line => {
    const [, name, gid] = /^([^:]+):[^:]*:(\d+):/.exec(line) ?? []
    return name === undefined ? [] : [{ name, gid: Number(gid) }]
  })
}
