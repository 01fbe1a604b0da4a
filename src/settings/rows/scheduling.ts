import type { AppRequest } from '../../marathon/app/request.ts'
import { MOST_SECONDS, roleProblem } from '../../marathon/app/rules.ts'
import { invalid, quoted, readDuration, readUpgrade, ruled } from '../readers.ts'
import type { SettingsFor } from '../setting.ts'

/** Where tasks run, and how they are replaced. */
export const SCHEDULING = {
  constraints: {
    option: 'constraint',
    input: 'constraints',
    form: 'lines',
    value: 'FIELD:OPERATOR[:VALUE]',
    help: 'constraints on where tasks run, such as `hostname:UNIQUE` or `rack:GROUP_BY:3`',
    async read(text) {
      const parts = /^([^:]+):([^:]+)(?::(.+))?$/.exec(text)?.slice(1)
      if (!parts) throw invalid(`${quoted(text)} is not a constraint. Write one such as hostname:UNIQUE.`)
      const constraint = parts.filter(part => part !== undefined)
      // Loaded only where it is needed: --help and --version should be quick.
      const { constraintProblem } = await import('../../marathon/app/checks/constraints.ts')
      const problem = constraintProblem(constraint)
      if (problem) throw invalid(`${quoted(text)} ${problem}.`)
      return constraint
    },
  },
  acceptedRoles: {
    option: 'accepted-role',
    input: 'accepted-roles',
    form: 'lines',
    value: 'ROLE',
    help: 'roles whose resources tasks may use, such as `slave_public` for public agents of DC/OS, or `*`',
    read: ruled(roleProblem),
  },
  upgrade: {
    option: 'upgrade',
    input: 'upgrade',
    form: 'text',
    value: 'min=SHARE,over=SHARE',
    help: 'shares of the instances, from 0 to 1, that stay healthy during a deployment, and that may run in addition; by default 1 each',
    read: readUpgrade,
  },
  killGracePeriod: {
    option: 'kill-grace-period',
    input: 'kill-grace-period',
    form: 'text',
    value: 'TIME',
    help: "time from SIGTERM to SIGKILL, such as 90s or 5m; by default what the package's shutdown needs, at least 30s",
    read(text) {
      const period = readDuration(text)
      if (period > MOST_SECONDS * 1000) {
        throw invalid(
          `${quoted(text)} is more than ${MOST_SECONDS} seconds. Write a shorter time, such as 5m.`,
        )
      }
      return period
    },
  },
} as const satisfies SettingsFor<keyof AppRequest>
