import * as v from 'valibot'
import { wholeNumber } from '../rules.ts'
import { oneOf, ruled, strictShape, text } from './shape.ts'

// container.linuxInfo (types/linux.raml).

const SECCOMP = strictShape(
  {
    profileName: v.optional(text('"default.json"')),
    // Marathon reads anything other than a boolean as false.
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
