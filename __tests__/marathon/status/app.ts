import type { App } from '../../../src/marathon/api/apps.ts'
import type { Task } from '../../../src/marathon/api/tasks.ts'

export const NEW = '2024-03-02T10:00:00.000Z'
export const OLD = '2024-03-01T10:00:00.000Z'

export function taskOf(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    host: '10.0.0.5',
    ports: [31_005, 31_006, 31_007, 31_008],
    ipAddresses: [{ ipAddress: '10.0.0.5', protocol: 'IPv4' }],
    version: NEW,
    slaveId: 'S1',
    state: 'TASK_RUNNING',
    startedAt: '2024-03-02T10:00:05.000Z',
    healthCheckResults: [{ alive: true, consecutiveFailures: 0 }],
    ...more,
  }
}

/** An app as the export defines it, with one task that is well. */
export function appOf(more: Partial<App> = {}, definition: App['definition'] = {}): App {
  return {
    definition: {
      id: '/web/shop',
      cmd: 'tar -xzpf a.tgz && rm a.tgz && exec sh ./launch --group=prod',
      labels: { 'mesosize.ident': 'acme/shop/1.2.0/20240102030405' },
      portDefinitions: ['http', 'gossip', 'gateway', 'ctl'].map(name => ({ port: 0, name })),
      ...definition,
    },
    version: NEW,
    changedIn: NEW,
    instances: 1,
    staged: 0,
    running: 1,
    healthy: 1,
    unhealthy: 0,
    healthChecked: true,
    deployments: [],
    tasks: [taskOf('shop.1')],
    ...more,
  }
}
