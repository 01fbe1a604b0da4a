import type { TomlTable } from 'smol-toml'
import { mergeConfig, tableAt, valueAt } from '../../habitat/config/config.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import type { AppRequest, JsonObject } from './request.ts'

type Request = Pick<AppRequest, 'env' | 'secrets' | 'configSecrets'>

/** A value of the configuration that is a secret. */
export interface ConfigSecret {
  path: readonly string[]
  /** The task's variable with the value, whose name `launch` looks for in the configuration. */
  variable: string
  /** The secret's path in the store. */
  source: string
  /** For messages. */
  written: string
}

/** Secrets that take each other's place, or that of a variable, whatever the package; full sentences. */
export function secretProblems(request: Request): string[] {
  const { env, secrets = {} } = request
  const ofConfig = configSecrets(request)
  return [
    ...Object.entries(secrets).flatMap(([variable, source]) =>
      Object.hasOwn(env, variable)
        ? `${setting('secret', `${variable}=${source}`)}: ${setting('env')} gives ${variable} a value already. Keep one of them.`
        : [],
    ),
    ...ofConfig.flatMap(({ path, written }, index) => {
      const other = ofConfig.slice(0, index).find(each => areNested(path, each.path))
      return other ? `${written} and ${other.written}: one is inside the other. Leave one out.` : []
    }),
  ]
}

/** The secrets of the configuration, each with a variable that no other has: SECRET_DB_PASSWORD for `db.password`. */
export function configSecrets({ env, secrets = {}, configSecrets = {} }: Request): ConfigSecret[] {
  const taken = new Set([...Object.keys(env), ...Object.keys(secrets)])
  return Object.entries(configSecrets).map(([dotted, source]) => {
    const fit = `SECRET_${dotted.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
    let variable = fit
    for (let n = 2; taken.has(variable); n++) variable = `${fit}_${n}`
    taken.add(variable)
    return {
      path: dotted.split('.'),
      variable,
      source,
      written: setting('config-secret', `${dotted}=${source}`),
    }
  })
}

/**
 * Puts `"$SECRET_<NAME>"` into the configuration wherever a value is a secret; `launch` replaces it by the value.
 * @param secrets without `secretProblems`
 * @param ports paths of the ports, which keep their places
 * @throws MesosizeError CONFIG_INVALID, with every secret that would take the place of a port
 */
export function withConfigSecrets(
  config: TomlTable,
  secrets: readonly ConfigSecret[],
  ports: readonly (readonly string[])[],
  report: Reporter,
): TomlTable {
  const problems = secrets.flatMap(({ path, written }) => {
    const port = ports.find(other => areNested(path, other))
    return port ? `${written}: ${port.join('.')} is a port. Leave it out, or name another key.` : []
  })
  if (problems.length > 0) throw new MesosizeError('CONFIG_INVALID', problems.join('\n'))
  return secrets.reduce((merged, { path, variable }) => {
    if (valueAt(config, path) !== undefined) {
      report.note(`The configuration sets ${path.join('.')} as well; the secret replaces it.`)
    }
    return mergeConfig(merged, tableAt(path, `$${variable}`))
  }, config)
}

/** Whether a value at one path would replace, or be inside, the value at the other. */
function areNested(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  return short.every((key, depth) => key === long[depth])
}

/**
 * The references to secrets in an app's `env`, and its `secrets`, each named after its variable.
 * @param reserved the package's variable, if the app needs it for the package's configuration
 * @throws MesosizeError CONFIG_INVALID if the package's variable is a secret
 */
export function secretFields(
  { secrets = {} }: Request,
  ofConfig: readonly ConfigSecret[],
  reserved: string | undefined,
): { env: JsonObject; secrets: JsonObject } {
  if (reserved !== undefined && Object.hasOwn(secrets, reserved)) {
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${setting('secret', `${reserved}=${secrets[reserved]}`)}: ${whyNotWhole(reserved)}`,
    )
  }
  const all = [
    ...Object.entries(secrets),
    ...ofConfig.map(({ variable, source }) => [variable, source] as const),
  ]
  return {
    env: Object.fromEntries(all.map(([variable]) => [variable, { secret: variable }])),
    secrets: Object.fromEntries(all.map(([variable, source]) => [variable, { source }])),
  }
}

/** Why the package's variable cannot be a secret, and what can. */
export function whyNotWhole(variable: string): string {
  return `${variable} holds the package's whole configuration, and the service would not get the ports in it. Leave it out, and name each value that is a secret: ${setting('config-secret', 'KEY=SOURCE')}.`
}
