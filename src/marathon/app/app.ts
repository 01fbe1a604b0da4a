import { configVariable } from '../../habitat/config/config.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageMetadata } from '../../habitat/package/package.ts'
import { type PlannedTarball, wholeImage } from '../../image/tarball.ts'
import { isObject } from '../../lib/is-object.ts'
import { type Reporter, silent } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { appIdOf } from './app-id.ts'
import { noteArchitecture, targetLabel } from './architecture.ts'
import { commandLine, commandOfPatch } from './command.ts'
import { configure } from './configuration.ts'
import { checkPatchedConfiguration } from './configuration-patch.ts'
import { gatewayHealthCheck, serviceHealthCheck } from './health-check.ts'
import { type AppImage, fetchFields, imageLabels, somethingFetched } from './image.ts'
import { mergePatch } from './merge-patch.ts'
import { checkNetwork, networkFields } from './network.ts'
import { withDetails } from './port-details.ts'
import { type AppPort, supervisorPorts } from './ports.ts'
import type { AppRequest, JsonObject } from './request.ts'
import { warnOfUnknownFields } from './unknown-fields.ts'
import { noteUnknownKeys } from './unknown-keys.ts'
import { reportUpdates } from './updates.ts'
import { type AppDefinition, validateApp } from './validate.ts'
import { variableOf } from './variable.ts'

/**
 * Creates the Marathon app definition of a package, valid for Marathon 1.4 to 1.11. Warns if a patch makes it depend on
 * how the cluster is set up.
 * @throws MesosizeError APP_INVALID, CONFIG_INVALID or LAYER_URIS
 */
export function defineApp(
  service: PackageMetadata,
  image: AppImage,
  request: AppRequest,
  report: Reporter,
): AppDefinition {
  return assemble(service, image.tarballs, image, request, report)
}

/**
 * Checks the app definition before its image is packed, because packing takes minutes. This covers everything except
 * the image's URI and digest.
 * @param planned the image's tarballs
 * @throws MesosizeError APP_INVALID or CONFIG_INVALID
 */
export function checkApp(
  service: PackageMetadata,
  planned: readonly Pick<PlannedTarball, 'isLayer'>[],
  request: AppRequest,
): void {
  assemble(service, planned, undefined, request, silent)
}

/** Seconds that a package may ask for its shutdown; a patch may allow more. */
const LONGEST_SHUTDOWN = 3600

/** @param image undefined as long as it does not exist */
function assemble(
  service: PackageMetadata,
  tarballs: readonly Pick<PlannedTarball, 'isLayer'>[],
  image: AppImage | undefined,
  request: AppRequest,
  report: Reporter,
): AppDefinition {
  const { patch = {} } = request
  noteUnknownKeys(service, request, report)
  warnOfUnknownFields(patch, report)
  const { ports: ofService, env, secrets } = configure(service, request, report)
  // Those of the service come first, so that PORT0 is its first port.
  const ports = withDetails([...ofService, ...supervisorPorts(request.network)], request)
  const app: JsonObject = {
    id: request.id ?? madeUpId(service, request, report),
    cmd: commandLine(service.ident, wholeImage(tarballs) === undefined, request),
    user: 'root',
    cpus: request.cpus,
    mem: request.mem,
    disk: request.disk,
    instances: request.instances,
    ...(request.constraints?.length && { constraints: request.constraints.map(parts => [...parts]) }),
    ...(request.acceptedRoles?.length && { acceptedResourceRoles: [...request.acceptedRoles] }),
    ...(request.upgrade && { upgradeStrategy: { ...request.upgrade } }),
    taskKillGracePeriodSeconds: secondsToEnd(service, request, report),
    ...(image ? fetchFields(image, service.ident, request, report) : somethingFetched(request)),
    env,
    ...(Object.keys(secrets).length > 0 && { secrets }),
    labels: { ...(image && ownLabels(service, image, request)), ...request.labels },
    ...networkFields(ports, request.network),
    ...(request.healthCheck && { healthChecks: [healthCheck(service, request, ports, report)] }),
  }
  if (image) reportUpdates(service, image.found, request, report)
  noteArchitecture(service, request, report)
  const patched = mergePatch(app, patch)
  checkNetwork(patched, request)
  const variable = configVariable(service.ident.name)
  const patchedEnv = isObject(patched.env) ? (patched.env as JsonObject) : {}
  checkPatchedConfiguration(variable, env[variable], patchedEnv[variable], report)
  return validateApp(patched, report)
}

/** Time for the package's own shutdown, then for the hooks and the Supervisor's own. */
function secondsToEnd(
  { ident, shutdownTimeout = 0 }: PackageMetadata,
  { patch, killGracePeriod }: AppRequest,
  report: Reporter,
): number {
  if (killGracePeriod !== undefined) return Math.ceil(killGracePeriod / 1000)
  if (shutdownTimeout > LONGEST_SHUTDOWN && patch?.taskKillGracePeriodSeconds === undefined) {
    report.note(
      `${formatIdent(ident)} asks for ${shutdownTimeout} seconds to shut down, but gets one hour. To set another time, use ${setting('kill-grace-period')}.`,
    )
  }
  return Math.max(30, Math.min(shutdownTimeout, LONGEST_SHUTDOWN) + 20)
}

/** The app definition as the text of a file: indented by two spaces, fields in insertion order. */
export function appJson(app: AppDefinition): string {
  return `${JSON.stringify(app, null, 2)}\n`
}

function madeUpId({ ident }: PackageMetadata, { appGroup }: AppRequest, report: Reporter): string {
  const id = appIdOf(ident, appGroup)
  if (appGroup !== undefined) return id
  const name = `${ident.origin}/${ident.name}`
  report.note(
    id === `/${name}`
      ? `The app's id is ${id}, from the package's name; ${setting('app-id')} changes it.`
      : `The app's id is ${id}, because Marathon does not allow ${name}; ${setting('app-id')} changes it.`,
  )
  return id
}

/** `mesosize.ident` is the package in the image; with a strategy, tasks may run a newer release. */
function ownLabels(service: PackageMetadata, image: AppImage, request: AppRequest): Record<string, string> {
  const { source, channel } = image.found
  const strategy = commandOfPatch(request) === undefined ? request.updates?.strategy : undefined
  return {
    'mesosize.ident': formatIdent(service.ident),
    ...targetLabel(service),
    ...(channel !== undefined && { 'mesosize.channel': channel }),
    ...imageLabels(image),
    'mesosize.source': source,
    ...(strategy !== undefined && { 'mesosize.strategy': strategy }),
  }
}

function healthCheck(
  { ident }: PackageMetadata,
  request: AppRequest,
  ports: readonly AppPort[],
  report: Reporter,
): JsonObject {
  const gateway = ports.findIndex(({ name }) => name === 'gateway')
  const listen = variableOf(request, 'HAB_LISTEN_HTTP')
  if (listen) {
    report.warn(
      `HAB_LISTEN_HTTP is set to ${JSON.stringify(listen)}, but the health check asks the Supervisor on the port that Marathon assigns. Leave out the variable, or disable the health check with ${setting('no-health-check')}.`,
    )
  }
  if (!variableOf(request, 'HAB_SUP_GATEWAY_AUTH_TOKEN')) {
    return serviceHealthCheck(ident.name, request.group, gateway)
  }
  report.note(
    'HAB_SUP_GATEWAY_AUTH_TOKEN is set, but Marathon cannot send it: the health check only checks that the gateway answers.',
  )
  return gatewayHealthCheck(gateway)
}
