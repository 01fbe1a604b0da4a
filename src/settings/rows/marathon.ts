import { readMarathonUrls } from '../../marathon/api/base-url.ts'
import { readClusterCa } from '../../marathon/api/ca.ts'
import { readFileText, readSecret } from '../files.ts'
import { readText } from '../readers.ts'
import type { Settings } from '../setting.ts'

/** The address of a Marathon and the credentials for it: the same for everything that talks to one. */
export const ACCESS = {
  address: {
    option: 'marathon',
    input: 'marathon-url',
    variable: 'MARATHON_URL',
    form: 'text',
    value: 'URL',
    required: true,
    help: 'base URL of Marathon, for DC/OS https://CLUSTER/service/marathon',
    details: 'Several masters of one Marathon, separated by commas or line ends, are tried in turn.',
    read: readMarathonUrls,
  },
  user: {
    option: 'marathon-user',
    input: 'marathon-user',
    variable: 'MARATHON_USER',
    form: 'text',
    value: 'USER',
    help: "user of Marathon's --http_credentials",
    read: readText,
  },
  password: {
    option: 'marathon-password',
    input: 'marathon-password',
    variable: 'MARATHON_PASSWORD',
    form: 'text',
    value: 'PASSWORD',
    secret: true,
    help: "that user's password",
    read: readText,
  },
  dcosToken: {
    option: 'dcos-token',
    input: 'dcos-token',
    variable: 'DCOS_TOKEN',
    form: 'text',
    value: 'TOKEN',
    secret: true,
    help: 'DC/OS authentication token',
    read: readText,
  },
  dcosServiceAccount: {
    option: 'dcos-service-account',
    input: 'dcos-service-account',
    variable: 'DCOS_SERVICE_ACCOUNT',
    form: 'text',
    value: 'FILE',
    secret: true,
    help: 'JSON of a DC/OS service account with `uid` and `private_key`, or the path of a file that contains it',
    read: readSecret,
  },
  dcosUser: {
    option: 'dcos-user',
    input: 'dcos-user',
    variable: 'DCOS_USER',
    form: 'text',
    value: 'USER',
    help: 'DC/OS user',
    read: readText,
  },
  dcosPassword: {
    option: 'dcos-password',
    input: 'dcos-password',
    variable: 'DCOS_PASSWORD',
    form: 'text',
    value: 'PASSWORD',
    secret: true,
    help: "that user's password",
    read: readText,
  },
  ca: {
    option: 'ca-file',
    input: 'ca-file',
    form: 'text',
    value: 'FILE',
    help: "PEM certificates of the cluster's own authority, trusted in addition to the usual ones",
    read: async path => readClusterCa(await readFileText(path)),
  },
} as const satisfies Settings
