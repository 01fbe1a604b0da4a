import { refused } from './problem.ts'
import { rule } from './rule.ts'

// container.linuxInfo (state/LinuxInfo.scala).

export const LINUX_RULES = [
  rule(['container'], function* ({ container }) {
    const { seccomp, ipcInfo } = container?.linuxInfo ?? {}
    if (seccomp && (seccomp.profileName !== undefined) === seccomp.unconfined) {
      yield refused(
        'container.linuxInfo.seccomp',
        undefined,
        'must have either a profileName or "unconfined": true, not both',
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
