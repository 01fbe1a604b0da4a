import * as v from 'valibot'
import { wholeNumber } from '../rules.ts'
import { refused } from './problem.ts'
import { rule } from './rule.ts'
import { oneOf, ruled, strictShape, text } from './shape.ts'

// container.linuxInfo (types/linux.raml, state/LinuxInfo.scala).

const SECCOMP = strictShape(
  {
    profileName: v.optional(text('"default.json"')),
    // Marathon reads anything else than a boolean as false.
    unconfined: v.pipe(
      v.unknown(),
      v.transform(value => value === true),
    ),
  },
  '{"unconfined": true}',
)

const IPC_INFO = strictShape(
  {
    mode: oneOf('PRIVATE', 'SHARE_PARENT'),
    shmSize: v.optional(ruled<number>(wholeNumber(-(2 ** 31), 2 ** 31 - 1, '64'))),
  },
  '{"mode": "PRIVATE", "shmSize": 64}',
)

export const LINUX_INFO = v.optional(
  strictShape(
    { seccomp: v.optional(SECCOMP), ipcInfo: v.optional(IPC_INFO) },
    '{"seccomp": {"unconfined": true}}',
  ),
)

export const LINUX_RULES = [
  rule(['container'], function* ({ container }) {
    const { seccomp, ipcInfo } = container?.linuxInfo ?? {}
    if (seccomp && (seccomp.profileName !== undefined) === seccomp.unconfined) {
      yield refused(
        'container.linuxInfo.seccomp',
        undefined,
        'must have either a profileName or "unconfined": true, and not both',
      )
    }
    if (ipcInfo?.mode === 'SHARE_PARENT' && ipcInfo.shmSize !== undefined) {
      yield refused(
        'container.linuxInfo.ipcInfo.shmSize',
        ipcInfo.shmSize,
        'is only for the mode "PRIVATE": remove it',
      )
    }
  }),
]
