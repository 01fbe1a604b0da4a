import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { DEEPEST, parseJson, TOO_DEEP } from '../../lib/parse-json.ts'
import { isTable } from './config.ts'

/**
 * Integers become bigint, so that 1.0 stays a float and large integers keep all their digits.
 * @param what names the text in errors, such as `default.toml of core/redis`
 * @throws MesosizeError CONFIG_INVALID
 */
export function parseConfig(text: string, what: string): TomlTable {
  try {
    return parseToml(text)
  } catch (error) {
    throw new MesosizeError('CONFIG_INVALID', `${what} is not TOML: ${tomlProblem(error)}. Correct it.`)
  }
}

/**
 * Reads the value of a package's `HAB_<PACKAGE>` variable: TOML, or else a JSON object
 * (load_environment in components/common/src/templating/config.rs).
 * @param variable its name, for errors, which never show the value because it may contain passwords
 * @throws MesosizeError CONFIG_INVALID
 */
export function parseConfigVariable(text: string, variable: string): TomlTable {
  try {
    return parseToml(text)
  } catch (error) {
    const json = parseJsonConfig(text, variable)
    if (isTable(json)) return json
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${variable} must hold the package's configuration as TOML or as a JSON object. As TOML: ${tomlProblem(error)}. ` +
        `For example, write ${variable}='{"port": 8080}'.`,
    )
  }
}

function parseToml(text: string): TomlTable {
  const table = parse(text, { integersAsBigInt: true })
  // The parser limits arrays and inline tables, but not dotted keys.
  if (isTooDeep(table)) throw new Error(`it ${TOO_DEEP}`)
  return table
}

function isTooDeep(table: TomlTable): boolean {
  let level: TomlValue[] = [table]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST) return true
    level = level.flatMap(each => Object.values(each)).filter(each => isTable(each) || Array.isArray(each))
  }
  return false
}

function parseJsonConfig(text: string, variable: string): TomlValue | undefined {
  try {
    return parseJson(text, (key, value) => {
      const problem =
        value === null
          ? 'null, which TOML cannot hold: leave the key out'
          : Number.isInteger(value) && !Number.isSafeInteger(value)
            ? 'a number that is too large to be read exactly: write the configuration as TOML'
            : undefined
      if (problem) {
        throw new MesosizeError(
          'CONFIG_INVALID',
          `${variable}: the value of ${JSON.stringify(key)} is ${problem}.`,
        )
      }
      return Number.isInteger(value) ? BigInt(value) : value
    }) as TomlValue
  } catch (error) {
    if (error instanceof MesosizeError) throw error
    if (!messageOf(error).endsWith(TOO_DEEP)) return undefined
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${variable} cannot be used: ${messageOf(error)}. Nest the tables less.`,
    )
  }
}

function tomlProblem(error: unknown): string {
  const [first] = messageOf(error)
    .replace(/^Invalid TOML document: /, '')
    .replace(/^document contains excessively nested structures.*/s, `it ${TOO_DEEP}`)
    .split('\n')
  return error instanceof TomlError ? `${first} at line ${error.line}, column ${error.column}` : first!
}
