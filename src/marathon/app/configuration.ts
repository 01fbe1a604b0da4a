import type { TomlTable } from 'smol-toml'
import {
  configJson,
  configVariable,
  mergeConfig,
  parseConfigVariable,
  valueAt,
} from '../../habitat/config/config.ts'
import { namedPorts, resolveExports, type ServicePort } from '../../habitat/config/ports.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageMetadata } from '../../habitat/package/package.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { namePorts, portVariable } from './ports.ts'
import type { AppRequest } from './request.ts'

/**
 * Joins what a person configures with the ports that Marathon will give. The value of the package's variable is
 * a JSON object in which `launch` replaces each `"$PORT_<NAME>"` by the number, and fills it into addresses such as
 * `"127.0.0.1:$PORT_<NAME>"`.
 * @returns the Marathon names of the service's ports, and the app's `env`
 * @throws MesosizeError CONFIG_INVALID
 */
export function configure(
  service: PackageMetadata,
  { env, config = {}, ports: asked, envVarsPrefix }: AppRequest,
  report: Reporter,
): { portNames: string[]; env: Record<string, string> } {
  const variable = configVariable(service.ident.name)
  const wanted = mergeConfig(config, parseConfigVariable(env[variable] ?? '', variable))
  const ports = asked.length > 0 ? namedPorts(service, asked, wanted) : exportedPorts(service, wanted, report)
  const names = namePorts(ports.filter(({ sameAs }) => sameAs === undefined).map(({ name }) => name))
  let final = wanted
  for (const { name, path, before, sameAs } of ports) {
    const portName = names.get(sameAs ?? name)!
    const placeholder = `${before}$${portVariable(portName)}`
    const written = valueAt(wanted, path)
    if (sameAs !== undefined) {
      report.note(
        `${path.join('.')} has the number of port ${JSON.stringify(sameAs)}, so it gets the same from Marathon, ${placeholder}.`,
      )
    } else if (portName !== name) {
      report.note(
        `Export ${JSON.stringify(name)} is the port "${portName}" in Marathon, and ${portVariable(portName)} in the task.`,
      )
    }
    if (written !== undefined) {
      report.note(
        `The configuration sets ${path.join('.')} to ${configJson(written)}; Marathon's choice, ${placeholder}, takes its place.`,
      )
    }
    final = mergeConfig(final, tableAt(path, placeholder))
  }

  const { [variable]: _own, ...others } = env
  return {
    portNames: [...names.values()],
    env: {
      ...others,
      ...(Object.keys(final).length > 0 && { [variable]: configJson(final) }),
      ...(envVarsPrefix !== undefined && { MESOSIZE_ENV_VARS_PREFIX: envVarsPrefix }),
    },
  }
}

/** The ports among a service's exports, with a note on whatever a person might have expected otherwise. */
function exportedPorts(
  service: PackageMetadata,
  wanted: TomlTable,
  report: Reporter,
): readonly ServicePort[] {
  const { ports, guessed, leftOut, unnamed } = resolveExports(service, wanted)
  const ident = formatIdent(service.ident)
  for (const { name, reason } of leftOut) {
    report.note(
      `Export ${JSON.stringify(name)} of ${ident} gets no port from Marathon: ${reason}. If it is one, name all that are with ${setting('port')}.`,
    )
  }
  if (guessed.length > 0) {
    const taken = guessed.map(({ name, number }) => `${name} (${number})`).join(', ')
    report.note(
      `${ident} has no pkg_exposes, and no export that is called a port, so every number that it exports is taken for one: ${taken}. If one is not, name those that are with ${setting('port')}.`,
    )
  }
  for (const number of unnamed) {
    report.note(
      `${ident} exposes ${number}, but no export has that value, so Marathon cannot choose the port: two tasks on one agent may want the same. Name it and its place in the configuration with ${setting('port')}.`,
    )
  }
  return ports
}

function tableAt([key, ...rest]: readonly string[], value: string): TomlTable {
  return Object.fromEntries([[key!, rest.length > 0 ? tableAt(rest, value) : value]])
}
