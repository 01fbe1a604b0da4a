import { nearest } from '../../lib/nearest.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { inputDefault, inputsOf, type Setting, type SettingTable } from '../../settings/setting.ts'
import type { Environment, Given, Source } from '../../settings/source.ts'
import { headerSecretsIn, secretsIn, urlSecretsIn } from './secrets.ts'

/**
 * The inputs that a workflow gave to an action, with everything that is wrong with their form. The runner passes
 * each as `INPUT_<NAME>`, upper-cased, dashes kept. An empty one, such as the result of an expression that found
 * nothing, counts as not given.
 */
export class Inputs implements Source {
  readonly #problems = new Set<string>()
  readonly #strangers: string[] = []
  readonly #rows: readonly (Setting & { input: string })[]
  readonly #env: Environment

  constructor(table: SettingTable, env: Environment) {
    this.#rows = inputsOf(table)
    this.#env = env
    const known = this.#rows.map(({ input }) => input)
    for (const variable of Object.keys(env)) {
      const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase()
      if (name === undefined || known.includes(name)) continue
      const guess = nearest(name, known)
      const hint = guess ? ` Did you mean ${guess}?` : ''
      // The last word of a name alone, such as DIR or TOKEN, is the name of many other things.
      if (guess && !guess.endsWith(`-${name}`)) this.#problems.add(`${name}: unknown input.${hint}`)
      else
        this.#strangers.push(
          `The variable ${variable} is not an input of this action, and is ignored.${hint}`,
        )
    }
    for (const row of this.#rows) if (row.form === 'pairs') this.#pairs(row.input)
  }

  /** One line each. */
  get problems(): readonly string[] {
    return [...this.#problems]
  }

  /**
   * A sentence for each variable that looks like an input and resembles none. These are not mistakes, since any job may
   * set such a variable in its `env` for a program of its own.
   */
  get strangers(): readonly string[] {
    return this.#strangers
  }

  /** Of packages that are named without one. */
  get origin(): string | undefined {
    return this.#raw('origin').trim() || undefined
  }

  given(row: Setting): readonly Given[] | undefined {
    const { input = '', form } = row
    const texts = this.#texts(input, form)
    // The runner passes the defaults in action.yml as if a workflow had given them.
    const usual = inputDefault(row)
    const isUsual = texts.every(
      text => (form === 'flag' && isBoolean(text) ? text.toLowerCase() : text) === usual,
    )
    return isUsual ? undefined : texts.map(text => ({ source: input, text }))
  }

  /** Every text that must never be shown, in inputs and in the variables that stand in for them. */
  secrets(): string[] {
    const all = this.#rows.flatMap(({ input, form, secret, variable }) => {
      const texts = [this.#raw(input), (variable && this.#env[variable]) ?? '']
      if (!secret) return texts.flatMap(urlSecretsIn)
      return texts.flatMap(text =>
        form === 'headers' ? [...secretsIn(text), ...headerSecretsIn(text)] : secretsIn(text),
      )
    })
    return [...new Set(all)]
  }

  #raw(name: string): string {
    return this.#env[`INPUT_${name.toUpperCase()}`] ?? ''
  }

  #texts(name: string, form: Setting['form']): string[] {
    const text = this.#raw(name).trim()
    switch (form) {
      case 'lines':
        return linesOf(text)
      case 'pairs':
        return this.#pairs(name)
      default:
        return text === '' ? [] : [text]
    }
  }

  #pairs(name: string): string[] {
    const text = this.#raw(name).trim()
    if (!text.startsWith('{')) return linesOf(text)
    let pairs: unknown
    try {
      pairs = parseJson(text)
    } catch {
      this.#problems.add(
        `${name}: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}`,
      )
      return []
    }
    return Object.entries(pairs as object).map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        this.#problems.add(
          `${name}: the value of ${JSON.stringify(key)} must be text. Write {${JSON.stringify(key)}: "VALUE"}`,
        )
      }
      if (key.includes('=')) {
        this.#problems.add(`${name}: the key ${JSON.stringify(key)} must not contain "=". Write another key`)
      }
      return `${key}=${value}`
    })
  }
}

/** As YAML's core schema has them. */
function isBoolean(text: string): boolean {
  return /^(true|True|TRUE|false|False|FALSE)$/.test(text)
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}
