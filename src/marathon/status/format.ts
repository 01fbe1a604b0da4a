import { formatTable } from '../../lib/terminal/format.ts'
import { visible } from '../../lib/visible.ts'
import { formatService } from './service-health.ts'
import type { AppStatus, TaskStatus } from './status.ts'

/** A status as human-readable lines, safe whatever Marathon and the tasks report. */
export function formatStatus(status: AppStatus): string[] {
  const { tasks, lastFailure } = status
  const reachable = tasks.filter(({ endpoints }) => endpoints.length > 0)
  return [
    ...table([
      ['App', status.id],
      ...(status.package === undefined ? [] : [['Package', status.package]]),
      ...(status.strategy === undefined ? [] : [['Updates', updatesText(status.strategy)]]),
      ['State', status.state],
      ['Version', status.version],
      ['Instances', formatInstances(status.instances)],
      ...status.deployments.map(id => ['Deployment', id]),
    ]),
    ...(tasks.length > 0
      ? [
          '',
          ...table([
            [
              '#',
              'State',
              'Version',
              'Health',
              'Service',
              ...(status.strategy ? ['Release'] : []),
              'Since',
              'Task',
            ],
            ...tasks.map(task => [
              `${task.number}`,
              task.state?.replace(/^TASK_/, '').toLowerCase() ?? '-',
              task.current ? 'current' : 'old',
              task.health ?? '-',
              task.service ?? '-',
              ...(status.strategy ? [releaseOf(task.package)] : []),
              task.startedAt ?? '-',
              task.id,
            ]),
          ]),
        ]
      : []),
    ...(reachable.length > 0
      ? [
          '',
          ...table([
            ['#', 'Endpoints'],
            ...reachable.map(({ number, endpoints }) => [
              `${number}`,
              ...endpoints.map(({ name, host, port }) => `${name} ${host}:${port}`),
            ]),
          ]),
        ]
      : []),
    ...tasks
      .filter(({ health }) => health === 'unhealthy')
      .flatMap(task => ['', visible(`Instance ${task.number} is not healthy${causeOf(task)}`)]),
    ...(lastFailure
      ? [
          '',
          visible(
            `Last failure, ${lastFailure.timestamp}: ${lastFailure.state} of ${lastFailure.taskId} on ${lastFailure.host}${lastFailure.message === '' ? '' : `: ${lastFailure.message}`}`,
          ),
        ]
      : []),
  ]
}

function updatesText(strategy: string): string {
  return `${strategy}: each task starts with this package and updates itself to newer releases; Marathon does not know which one runs`
}

/** The version and release of an ident; origin and name are those of the image. */
function releaseOf(ident: string | undefined): string {
  return ident?.split('/').slice(2).join('/') ?? 'unknown'
}

function causeOf({ healthFailure, service, serviceOutput }: TaskStatus): string {
  if (healthFailure !== undefined) return `: ${healthFailure}`
  const answer = service && ` ${formatService({ health: service, output: serviceOutput })}`
  return `, according to Mesos, which gives no reason.${answer ?? ''}`
}

function formatInstances({ wanted, staged, running, healthy, unhealthy }: AppStatus['instances']): string {
  return [
    `${running} of ${wanted} running`,
    ...(staged > 0 ? [`${staged} staged`] : []),
    ...(healthy === undefined ? [] : [`${healthy} healthy`]),
    ...(unhealthy ? [`${unhealthy} unhealthy`] : []),
  ].join(', ')
}

function table(rows: readonly (readonly string[])[]): string[] {
  return formatTable(rows.map(row => row.map(visible)))
}
