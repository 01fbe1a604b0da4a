import type { AppRequest, PortLabel, PortRequest, ServicePortRequest } from '../../marathon/app/request.ts'
import { envVarsPrefixProblem } from '../../marathon/app/rules.ts'
import { readNetwork, readPort, readPortLabel, readServicePort, ruled } from '../readers.ts'
import type { SettingsFor } from '../setting.ts'

/** The network and the ports of a task. */
export const NETWORK = {
  network: {
    option: 'network',
    input: 'network',
    form: 'text',
    value: 'NETWORK',
    default: 'host',
    help: 'network of the tasks: `host`, `bridge`, or `container:NAME`, on which each task has an address',
    read: readNetwork,
  },
  ports: {
    option: 'port',
    input: 'ports',
    form: 'lines',
    value: 'NAME[=PATH]',
    help: 'ports of the service, each an export or a path in its configuration; by default derived from the exports',
    details: 'Naming one drops the others.',
    read: readPort,
    keyOf: ({ name }: PortRequest) => name,
  },
  portLabels: {
    option: 'port-label',
    input: 'port-labels',
    form: 'lines',
    value: 'NAME:KEY=VALUE',
    help: 'labels of ports, such as `http:VIP_0=/web:80` for a virtual address in DC/OS',
    details: "The Supervisor's ports are `gossip`, `gateway` and `ctl`.",
    read: readPortLabel,
    keyOf: ({ port, key }: PortLabel) => `${port}:${key}`,
  },
  servicePorts: {
    option: 'service-port',
    input: 'service-ports',
    form: 'lines',
    value: 'NAME=NUMBER',
    help: 'service ports, at which a load balancer such as marathon-lb offers the ports; by default Marathon chooses them',
    read: readServicePort,
    keyOf: ({ port }: ServicePortRequest) => port,
  },
  envVarsPrefix: {
    option: 'env-vars-prefix',
    input: 'env-vars-prefix',
    form: 'text',
    value: 'PREFIX',
    help: "value of the flag --env_vars_prefix of the cluster's Marathon",
    read: ruled(envVarsPrefixProblem),
  },
} as const satisfies SettingsFor<keyof AppRequest>
