import type { DeployOptions } from '../../marathon/deploy/deploy.ts'
import { readPackageSizes } from '../../preview/sizes.ts'
import { readCount, readDuration, readText } from '../readers.ts'
import type { Settings, SettingsFor } from '../setting.ts'

/** Named on the command line without an option. */
export const DEPLOYED = {
  app: {
    input: 'app',
    form: 'text',
    value: 'APP.json',
    required: true,
    help: "app definition: the path of a JSON file such as the export's output `app-path`, or the JSON itself",
    read: readText,
  },
} as const satisfies Settings

const FORCE = {
  option: 'force',
  input: 'force',
  form: 'flag',
  help: 'cancel the deployments that are changing the app instead of waiting for them',
} as const

const TIMEOUT = {
  option: 'timeout',
  input: 'timeout',
  form: 'text',
  value: 'TIME',
  default: '15m',
  help: 'maximum time, such as 90s, 15m or 1h',
  read: readDuration,
} as const

export const DEPLOYMENT = {
  dryRun: {
    option: 'dry-run',
    input: 'dry-run',
    form: 'flag',
    help: 'show what would change without changing anything',
  },
  force: FORCE,
  timeout: TIMEOUT,
  failFast: {
    option: 'fail-fast',
    input: 'fail-fast',
    form: 'text',
    value: 'NUMBER',
    default: '3',
    unit: 'tasks',
    help: 'number of tasks of the new version that may end before the deployment has failed; with 0 only the timeout ends it',
    read: readCount,
  },
  rollback: {
    option: 'no-rollback',
    input: 'rollback',
    form: 'flag',
    default: 'true',
    help: 'undo a deployment that fails',
    details: 'The previous version then runs again.',
  },
  allowUnfetchableUri: {
    option: 'allow-unfetchable-uri',
    input: 'allow-unfetchable-uri',
    form: 'flag',
    help: 'deploy an app even if no agent can fetch its URIs, such as file://',
  },
  allowManyInstances: {
    option: 'allow-many-instances',
    input: 'allow-many-instances',
    form: 'flag',
    help: 'deploy an app even if it has more than 5000 instances',
  },
} as const satisfies SettingsFor<keyof DeployOptions | 'dryRun'>

/** What a deploy action reports on the pull request of a preview. */
export const ANNOUNCEMENT = {
  packages: {
    input: 'packages',
    form: 'text',
    value: 'JSON',
    help: "the export's output of that name; the comment on a preview then shows which packages differ from those of the base branch, and by how many bytes",
    read: text => readPackageSizes(text, 'it'),
  },
  comment: {
    input: 'comment',
    form: 'flag',
    default: 'true',
    help: 'announce a preview on its pull request, in a comment and as a deployment of the environment `pr-NUMBER`',
  },
} as const satisfies Settings

export const REMOVAL = {
  // The action always cancels them: nothing else takes a preview down for good.
  force: { option: FORCE.option, form: 'flag', help: FORCE.help },
  timeout: TIMEOUT,
} as const satisfies Settings
