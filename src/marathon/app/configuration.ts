import type { TomlTable } from 'smol-toml'
import { configuredPort } from '../../habitat/config/address.ts'
import { configJson, configVariable, mergeConfig, tableAt, valueAt } from '../../habitat/config/config.ts'
import { parseConfigVariable } from '../../habitat/config/parse.ts'
import { namedPorts, resolveExports } from '../../habitat/config/ports.ts'
import type { ServicePort } from '../../habitat/config/service-ports.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageMetadata } from '../../habitat/package/package.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { type AppPort, namePorts, portVariable } from './ports.ts'
import type { AppRequest, JsonObject, VolumeRequest } from './request.ts'
import { configSecrets, secretFields, withConfigSecrets } from './secrets.ts'

/**
 * Combines the user's configuration with the ports that Marathon will assign. The value of the package's variable is a
 * JSON object in which `launch` replaces each `"$PORT_<NAME>"` by the number, also at the end of addresses such as
 * `"127.0.0.1:$PORT_<NAME>"`, and each `"$SECRET_<NAME>"` by the value of that variable.
 * @returns the service's ports, and the app's `env` and `secrets`
 * @throws MesosizeError CONFIG_INVALID
 */
export function configure(
  service: PackageMetadata,
  request: AppRequest,
  report: Reporter,
): { ports: AppPort[]; env: JsonObject; secrets: JsonObject } {
  const { env, config = {}, ports: asked, envVarsPrefix, network, volumes = [] } = request
  const variable = configVariable(service.ident.name)
  const wanted = mergeConfig(config, parseConfigVariable(env[variable] ?? '', variable))
  const ports = asked.length > 0 ? namedPorts(service, asked, wanted) : exportedPorts(service, wanted, report)
  const listeners = ports.filter(({ sameAs }) => sameAs === undefined)
  const names = namePorts(listeners.map(({ name }) => name))
  let final = wanted
  for (const { name, path, before, sameAs } of ports) {
    const portName = names.get(sameAs ?? name)!
    const placeholder = `${before}$${portVariable(portName)}`
    const written = valueAt(wanted, path)
    if (sameAs !== undefined) {
      report.note(
        `${path.join('.')} has the number of port ${JSON.stringify(sameAs)}, so it gets the same port from Marathon, ${placeholder}.`,
      )
    } else if (portName !== name) {
      report.note(
        `Export ${JSON.stringify(name)} is the port "${portName}" in Marathon, and ${portVariable(portName)} in the task.`,
      )
    }
    if (written !== undefined && network?.mode !== 'container') {
      report.note(
        `The configuration sets ${path.join('.')} to ${configJson(written)}; Marathon's choice, ${placeholder}, replaces it.`,
      )
    }
    final = mergeConfig(final, tableAt(path, placeholder))
  }

  const secrets = configSecrets(request)
  const paths = ports.map(({ path }) => path)
  final = withConfigSecrets(final, secrets, paths, report)
  const isSet = Object.keys(final).length > 0
  const fields = secretFields(request, secrets, isSet ? variable : undefined)

  const { [variable]: _own, ...others } = env
  return {
    ports: listeners.map(({ name, path, number }) => ({
      name: names.get(name)!,
      exported: name,
      protocol: 'tcp',
      number: configuredPort(valueAt(wanted, path))?.number ?? number,
    })),
    secrets: fields.secrets,
    env: {
      ...others,
      ...fields.env,
      ...(isSet && { [variable]: configJson(final) }),
      ...(volumes.length > 0 && { MESOSIZE_VOLUMES: volumeLines(volumes) }),
      ...(envVarsPrefix !== undefined && { MESOSIZE_ENV_VARS_PREFIX: envVarsPrefix }),
    },
  }
}

/** The volumes in the form in which `launch` reads them. */
function volumeLines(volumes: readonly VolumeRequest[]): string {
  return volumes.map(({ source, path, readOnly }) => `${source}:${path}${readOnly ? ':ro' : ''}`).join('\n')
}

/** The ports among a service's exports, with a note about each result that may be unexpected. */
function exportedPorts(
  service: PackageMetadata,
  wanted: TomlTable,
  report: Reporter,
): readonly ServicePort[] {
  const { ports, guessed, leftOut, unnamed } = resolveExports(service, wanted)
  const ident = formatIdent(service.ident)
  for (const { name, reason } of leftOut) {
    report.note(
      `Export ${JSON.stringify(name)} of ${ident} gets no port from Marathon: ${reason}. If it is a port, name all ports with ${setting('port')}.`,
    )
  }
  if (guessed.length > 0) {
    const taken = guessed.map(({ name, number }) => `${name} (${number})`).join(', ')
    report.note(
      `${ident} has no pkg_exposes, and no export that is called a port, so every number that it exports counts as one: ${taken}. If one is not a port, name all ports with ${setting('port')}.`,
    )
  }
  for (const number of unnamed) {
    report.note(
      `${ident} exposes ${number}, but no export has that value, so Marathon cannot choose the port, and two tasks on one agent may conflict. Name the port and its path in the configuration with ${setting('port')}.`,
    )
  }
  return ports
}
