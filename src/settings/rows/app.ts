import { setting } from '../../lib/setting.ts'
import { manyInstancesProblem } from '../../marathon/app/many-instances.ts'
import type { AppRequest, VolumeRequest } from '../../marathon/app/request.ts'
import {
  appIdProblem,
  bindProblem,
  configPathProblem,
  cpusProblem,
  diskProblem,
  envKeyProblem,
  groupProblem,
  instancesProblem,
  labelKeyProblem,
  labelProblems,
  memProblem,
  peerProblem,
  variableProblem,
} from '../../marathon/app/rules.ts'
import { readConfig, readPatch } from '../files.ts'
import { amount, oneOf, readFetchUri, readVolume, ruled } from '../readers.ts'
import type { SettingsFor } from '../setting.ts'

/** A large number may be a typing error, so it is accepted only in a patch. */
function unconfirmedInstancesProblem(value: number): string | undefined {
  const many = manyInstancesProblem(value)
  const advice = `if you mean it, put them into ${setting('patch')} as {"instances": ${value}}`
  return instancesProblem(value) ?? (many && `${many}: ${advice}`)
}

export const RESOURCES = {
  cpus: {
    option: 'cpu',
    input: 'cpus',
    form: 'text',
    value: 'NUMBER',
    default: '0.5',
    unit: 'CPUs',
    help: 'CPUs of a task',
    read: amount(cpusProblem),
  },
  mem: {
    option: 'mem',
    input: 'mem',
    form: 'text',
    value: 'NUMBER',
    default: '256',
    unit: 'MiB',
    help: 'memory of a task',
    read: amount(memProblem),
  },
  disk: {
    option: 'disk',
    input: 'disk',
    form: 'text',
    value: 'NUMBER',
    default: '0',
    unit: 'MiB',
    help: 'disk space of a task',
    read: amount(diskProblem),
  },
  instances: {
    option: 'instances',
    input: 'instances',
    form: 'text',
    value: 'NUMBER',
    default: '1',
    help: 'number of tasks',
    read: amount(unconfirmedInstancesProblem),
  },
} as const satisfies SettingsFor<keyof AppRequest>

export const APP = {
  id: {
    option: 'app-id',
    input: 'app-id',
    form: 'text',
    value: 'ID',
    help: "the app's id; by default derived from the package's ident",
    read: ruled(appIdProblem),
  },
  env: {
    option: 'env',
    input: 'env',
    form: 'pairs',
    value: 'KEY=VALUE',
    help: 'environment variables of the task',
    keyProblem: envKeyProblem,
    *valueProblems(pairs) {
      for (const [name, value] of Object.entries(pairs)) {
        const problem = variableProblem(name, value)
        if (problem) yield [name, problem]
      }
    },
  },
  secrets: {
    option: 'secret',
    input: 'secrets',
    form: 'pairs',
    value: 'KEY=VALUE',
    help: "environment variables of the task whose values are in the cluster's secret store, such as `TOKEN=web/token`",
    details: 'The value is the path of the secret there.',
    keyProblem: envKeyProblem,
    needsValues: true,
  },
  labels: {
    option: 'label',
    input: 'labels',
    form: 'pairs',
    value: 'KEY=VALUE',
    help: 'labels of the app',
    keyProblem: labelKeyProblem,
    valueProblems: labelProblems,
  },
  config: {
    option: 'config',
    input: 'config',
    form: 'text',
    value: 'FILE.toml',
    help: "TOML file with the package's own configuration, which overrides its default.toml",
    read: readConfig,
  },
  configSecrets: {
    option: 'config-secret',
    input: 'config-secrets',
    form: 'pairs',
    value: 'KEY=VALUE',
    help: "values of the package's own configuration that are in the cluster's secret store, such as `db.password=web/db`",
    details: 'The key is a path in the configuration, the value is the path of the secret.',
    keyProblem: configPathProblem,
    needsValues: true,
  },
  healthCheck: {
    option: 'no-health-check',
    input: 'health-check',
    form: 'flag',
    default: 'true',
    help: 'have Marathon check the health of the service',
  },
  fetch: {
    option: 'fetch',
    input: 'fetch',
    form: 'lines',
    value: 'URI',
    help: 'further files for the sandbox of a task, besides the image; agents unpack archives',
    read: readFetchUri,
  },
  volumes: {
    option: 'volume',
    input: 'volumes',
    form: 'lines',
    value: 'SOURCE:PATH[:ro]',
    help: "directories or files of the agent, or of the task's sandbox, that the service sees at another path",
    details: 'A `SOURCE` without a slash at its beginning is in the sandbox.',
    read: readVolume,
    keyOf: ({ path }: VolumeRequest) => path,
  },
  legacyUris: {
    option: 'uris',
    input: 'uris',
    form: 'flag',
    help: 'write the old `uris` field instead of `fetch`',
  },
  patch: {
    option: 'patch',
    input: 'patch',
    form: 'text',
    value: 'FILE.json',
    help: 'file with a JSON merge patch (RFC 7396), which is applied to the app definition last',
    read: readPatch,
  },
} as const satisfies SettingsFor<keyof AppRequest>

/** `strategy` becomes the request's `updates`. */
export const SUPERVISOR = {
  peers: {
    option: 'peer',
    input: 'peer',
    form: 'lines',
    value: 'HOST[:PORT]',
    help: 'Supervisors whose ring this one joins',
    read: ruled(peerProblem),
  },
  group: {
    option: 'group',
    input: 'group',
    form: 'text',
    value: 'GROUP',
    default: 'default',
    help: 'service group',
    read: ruled(groupProblem),
  },
  topology: {
    option: 'topology',
    input: 'topology',
    form: 'text',
    value: 'TOPOLOGY',
    ...oneOf(['standalone', 'leader']),
    help: 'topology of the service group',
  },
  strategy: {
    option: 'strategy',
    input: 'strategy',
    form: 'text',
    value: 'STRATEGY',
    ...oneOf(['none', 'at-once', 'rolling']),
    help: 'let Supervisors update the service by themselves, from the channel of the packages',
    details: 'Marathon does not know about such updates.',
  },
  binds: {
    option: 'bind',
    input: 'bind',
    form: 'lines',
    value: 'NAME:SERVICE.GROUP',
    help: "service groups for the package's binds",
    details: 'Every required bind needs one.',
    read: ruled(bindProblem),
    keyOf: (bind: string) => bind.slice(0, bind.indexOf(':')),
  },
} as const satisfies SettingsFor<keyof AppRequest | 'strategy'>
