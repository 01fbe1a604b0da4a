import type { JsonValue } from '../app/request.ts'

/** Fields that Marathon adds to an app by itself; it derives `role` from the app's group. */
export const ADDED: ReadonlySet<string> = new Set([
  'deployments',
  'executor',
  'ipAddress',
  'lastTaskFailure',
  'readinessCheckResults',
  'residency',
  'role',
  'tasks',
  'tasksHealthy',
  'tasksRunning',
  'tasksStaged',
  'tasksStats',
  'tasksUnhealthy',
  'version',
  'versionInfo',
])

/**
 * Marathon's defaults for missing fields (types/app.raml, types/healthCheck.raml and others), by path without list
 * indices; several values if versions differ.
 */
export const DEFAULTS: Readonly<Record<string, readonly JsonValue[]>> = {
  '/acceptedResourceRoles': [['*']],
  '/backoffFactor': [1.15],
  '/backoffSeconds': [1],
  '/cpus': [1],
  '/disk': [0],
  '/gpus': [0],
  '/instances': [1],
  '/killSelection': ['YOUNGEST_FIRST'],
  '/maxLaunchDelaySeconds': [300, 3600],
  '/mem': [128],
  '/networks': [[{ mode: 'host' }]],
  '/portDefinitions': [[{ port: 0, name: 'default', protocol: 'tcp' }]],
  '/unreachableStrategy': [
    { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
    { inactiveAfterSeconds: 900, expungeAfterSeconds: 604_800 },
  ],
  '/upgradeStrategy': [{ minimumHealthCapacity: 1, maximumOverCapacity: 1 }],
  '/fetch/extract': [true],
  '/portDefinitions/port': [0],
  '/portDefinitions/protocol': ['tcp'],
  '/container/portMappings/containerPort': [0],
  '/container/portMappings/protocol': ['tcp'],
  '/container/type': ['DOCKER'],
  '/healthChecks/protocol': ['HTTP'],
  '/healthChecks/path': ['/'],
  '/healthChecks/portIndex': [0],
  '/healthChecks/gracePeriodSeconds': [300],
  '/healthChecks/intervalSeconds': [60],
  '/healthChecks/timeoutSeconds': [20],
  '/healthChecks/maxConsecutiveFailures': [3],
  '/healthChecks/delaySeconds': [15],
  '/healthChecks/ipProtocol': ['IPv4'],
  '/readinessChecks/name': ['readinessCheck'],
  '/readinessChecks/protocol': ['HTTP'],
  '/readinessChecks/path': ['/'],
  '/readinessChecks/intervalSeconds': [30],
  '/readinessChecks/timeoutSeconds': [10],
  '/readinessChecks/httpStatusCodesForReady': [[200]],
}
