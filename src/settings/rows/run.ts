import { peerProblem } from '../../marathon/app/rules.ts'
import { readDuration, ruled, wholeNumber } from '../readers.ts'
import type { Settings } from '../setting.ts'

/** Whether an action runs the app before it is published. */
export const TRY = {
  wanted: {
    input: 'try',
    form: 'flag',
    help: 'try the files to be published in this job first, and publish them only if the service becomes healthy',
    details: 'Needs Linux, and `sudo` without a password, as on GitHub-hosted runners.',
  },
  timeout: {
    input: 'try-timeout',
    form: 'text',
    value: 'TIME',
    default: '2m',
    help: 'maximum time for the service to become healthy, such as 90s, 15m or 1h',
    read: readDuration,
  },
} as const satisfies Settings

/** How an app runs on this machine. */
export const RUN_HERE = {
  instances: {
    option: 'instances',
    form: 'text',
    value: 'NUMBER',
    default: '1',
    help: 'number of instances to run side by side, whatever the app definition says',
    read: wholeNumber(1, 100),
  },
  peers: {
    option: 'peer',
    form: 'lines',
    value: 'HOST[:PORT]',
    help: 'gossip address of a Supervisor whose ring the service joins, such as that of another run',
    read: ruled(peerProblem),
  },
  untilHealthy: {
    option: 'until-healthy',
    form: 'flag',
    help: 'stop as soon as all instances are healthy',
  },
  timeout: {
    option: 'timeout',
    form: 'text',
    value: 'TIME',
    default: '60s',
    help: 'maximum time for `--until-healthy`, such as 90s, 15m or 1h',
    read: readDuration,
  },
  shell: {
    option: 'shell',
    form: 'flag',
    help: 'open a shell in the first instance once all are healthy; the run stops when the shell ends',
  },
  keep: {
    option: 'keep',
    form: 'flag',
    help: 'keep the sandboxes, and in them the files `stdout` and `stderr`',
  },
} as const satisfies Settings
