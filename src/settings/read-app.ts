import { setting } from '../lib/setting.ts'
import { manyInstancesProblem } from '../marathon/app/many-instances.ts'
import type { AppRequest } from '../marathon/app/request.ts'
import {
  appIdProblem,
  bindProblem,
  cpusProblem,
  diskProblem,
  envKeyProblem,
  envVarsPrefixProblem,
  groupProblem,
  instancesProblem,
  labelKeyProblem,
  memProblem,
  peerProblem,
} from '../marathon/app/rules.ts'
import { readConfig, readPatch } from './files.ts'
import type { OptionValues } from './option-values.ts'
import { exportOptions, type OptionName, STRATEGIES, TOPOLOGIES } from './options.ts'
import { choiceOf, invalid, quoted, readNumber, readPair, readPort } from './values.ts'

/** What the options ask of the app definition; worth nothing if `values` has problems afterwards. */
export async function readAppRequest(values: OptionValues<OptionName>): Promise<AppRequest> {
  return {
    id: await values.one('app-id', ruled(appIdProblem)),
    cpus: (await readResource('cpu', values, cpusProblem))!,
    mem: (await readResource('mem', values, memProblem))!,
    disk: (await readResource('disk', values, diskProblem))!,
    instances: (await readResource('instances', values, unconfirmedInstancesProblem))!,
    env: await readPairs('env', values, envKeyProblem),
    labels: await readPairs('label', values, labelKeyProblem),
    config: await values.one('config', readConfig),
    legacyUris: values.written('uris'),
    peers: await values.all('peer', ruled(peerProblem)),
    group: (await values.one('group', ruled(groupProblem)))!,
    topology: await values.one('topology', choiceOf(TOPOLOGIES)),
    strategy: await values.one('strategy', choiceOf(STRATEGIES)),
    binds: await values.all('bind', ruled(bindProblem)),
    ports: await values.all('port', readPort),
    healthCheck: !values.written('no-health-check'),
    envVarsPrefix: await values.one('env-vars-prefix', ruled(envVarsPrefixProblem)),
    patch: await values.one('patch', readPatch),
  }
}

/** A patch says so a second time, which a typing error does not. */
function unconfirmedInstancesProblem(value: number): string | undefined {
  const many = manyInstancesProblem(value)
  const advice = `write them into ${setting('patch')} if you mean it, as {"instances": ${value}}`
  return instancesProblem(value) ?? (many && `${many}: ${advice}`)
}

/** A text that must keep one of Marathon's or the Supervisor's rules. */
function ruled(problemOf: (text: string) => string | undefined): (text: string) => string {
  return text => {
    const problem = problemOf(text)
    if (problem) throw invalid(`${quoted(text)} ${problem}.`)
    return text
  }
}

async function readResource(
  name: 'cpu' | 'mem' | 'disk' | 'instances',
  values: OptionValues<OptionName>,
  problemOf: (value: number) => string | undefined,
): Promise<number | undefined> {
  const { unit } = exportOptions.named(name)
  return values.one(name, text => {
    const value = readNumber(text)
    const problem = problemOf(value)
    if (problem) throw invalid(`${quoted(text)} ${problem}${unit ? `, in ${unit}` : ''}.`)
    return value
  })
}

async function readPairs(
  name: 'env' | 'label',
  values: OptionValues<OptionName>,
  keyProblem: (key: string) => string | undefined,
): Promise<Record<string, string>> {
  const pairs = new Map<string, string>()
  for (const [key, value] of await values.all(name, readPair)) {
    const problem = keyProblem(key)
    if (problem) values.problem(`${setting(name)}: the key ${quoted(key)} ${problem}.`)
    if (pairs.has(key))
      values.problem(`${setting(name)}: the key ${quoted(key)} is given twice. Keep one of them.`)
    pairs.set(key, value)
  }
  return Object.fromEntries(pairs)
}
