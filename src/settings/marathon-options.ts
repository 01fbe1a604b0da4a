import { GENERAL_OPTIONS, type Option, type OptionGroup, optionTable } from './option.ts'

/** Where Marathon is and how it is told who asks: the same for every command that speaks to it. */
const ACCESS = {
  heading: 'Marathon',
  options: [
    {
      name: 'marathon',
      value: 'URL',
      env: 'MARATHON_URL',
      help: 'base URL, such as https://cluster.example.com/service/marathon; those of several masters with commas between them',
    },
    {
      name: 'marathon-user',
      value: 'USER',
      env: 'MARATHON_USER',
      help: "user of Marathon's --http_credentials",
    },
    {
      name: 'marathon-password',
      value: 'PASSWORD',
      env: 'MARATHON_PASSWORD',
      help: "that user's password; better in the variable, where ps does not show it",
    },
    {
      name: 'dcos-token',
      value: 'TOKEN',
      env: 'DCOS_TOKEN',
      help: 'authentication token of DC/OS; better in the variable',
    },
    {
      name: 'dcos-service-account',
      value: 'FILE',
      env: 'DCOS_SERVICE_ACCOUNT',
      help: 'JSON file with the secret of a DC/OS service account; the variable may hold the JSON itself',
    },
    { name: 'dcos-user', value: 'USER', env: 'DCOS_USER', help: 'user of DC/OS' },
    {
      name: 'dcos-password',
      value: 'PASSWORD',
      env: 'DCOS_PASSWORD',
      help: "that user's password; better in the variable",
    },
    {
      name: 'ca-file',
      value: 'FILE',
      help: "certificates in PEM of the cluster's own authority, trusted besides the usual ones",
    },
  ],
} as const satisfies OptionGroup

const FORCE = {
  name: 'force',
  help: 'cancel the deployments that are changing the app, instead of waiting for them',
} as const satisfies Option

const TIMEOUT = {
  name: 'timeout',
  value: 'TIME',
  default: '15m',
  help: 'how long it may take, such as 90s, 15m or 1h',
} as const satisfies Option

const JSON_RESULT = {
  name: 'json',
  help: 'print the result as JSON to standard output',
} as const satisfies Option

export const deployOptions = optionTable([
  {
    heading: 'Deployment',
    options: [
      { name: 'dry-run', help: 'show what would change, and change nothing' },
      FORCE,
      TIMEOUT,
      {
        name: 'fail-fast',
        value: 'NUMBER',
        default: '3',
        unit: 'tasks',
        help: 'after so many failed tasks of the new version the deployment has failed; 0: never',
      },
      { name: 'no-rollback', help: 'leave a failed deployment as it is, instead of putting back what was' },
      {
        name: 'allow-unfetchable-uri',
        help: 'deploy although no agent can fetch the tarball from its URI',
      },
      { name: 'allow-many-instances', help: 'deploy although the app has more than 5000 instances' },
    ],
  },
  ACCESS,
  { heading: 'Output', options: [JSON_RESULT, ...GENERAL_OPTIONS] },
])

export const removeOptions = optionTable([
  { heading: 'Removal', options: [FORCE, TIMEOUT] },
  ACCESS,
  { heading: 'Output', options: [JSON_RESULT, ...GENERAL_OPTIONS] },
])

export const statusOptions = optionTable([
  ACCESS,
  { heading: 'Output', options: [{ ...JSON_RESULT, help: 'print it as JSON' }, ...GENERAL_OPTIONS] },
])

export const logsOptions = optionTable([
  {
    heading: 'What is shown',
    options: [
      { name: 'follow', short: 'f', help: 'go on with what is written from now on, by new tasks too' },
      { name: 'stdout', help: 'only what goes to stdout' },
      { name: 'stderr', help: 'only what goes to stderr' },
      { name: 'instance', value: 'NUMBER', help: 'only the task that has this number in the status' },
      {
        name: 'lines',
        short: 'n',
        value: 'NUMBER',
        default: '50',
        unit: 'lines',
        help: 'how many lines of the past of each task and stream',
      },
    ],
  },
  ACCESS,
  { heading: 'Output', options: GENERAL_OPTIONS },
])

/** The options that say where Marathon is. */
export type AccessOption = (typeof ACCESS)['options'][number]['name']
