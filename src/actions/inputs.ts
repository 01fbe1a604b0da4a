import { nearest } from '../nearest.ts'
import type { Given } from '../request/arguments.ts'
import type { Input } from './input-table.ts'

type Table<Name extends string> = Readonly<Record<Name, Input>>

/**
 * The inputs that a workflow gave to an action, with everything that is wrong with their form. The runner hands
 * each on as `INPUT_<NAME>`, upper-cased, dashes kept; an input that is not given and has no default is empty.
 */
export class Inputs<Name extends string> {
  /** One line each. */
  readonly problems: string[] = []
  readonly #table: Table<Name>
  readonly #env: Readonly<Record<string, string | undefined>>

  constructor(table: Table<Name>, env: Readonly<Record<string, string | undefined>>) {
    this.#table = table
    this.#env = env
    const known = Object.keys(table)
    for (const variable of Object.keys(env)) {
      const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase()
      if (name === undefined || known.includes(name)) continue
      const guess = nearest(name, known)
      this.problems.push(`${name}: there is no such input.${guess ? ` Did you mean ${guess}?` : ''}`)
    }
  }

  /** The text without white space around it; undefined if there is none. */
  text(name: Name): string | undefined {
    return this.#env[`INPUT_${name.toUpperCase()}`]?.trim() || undefined
  }

  lines(name: Name): string[] {
    const lines = this.text(name)?.split('\n') ?? []
    return lines.map(line => line.trim()).filter(line => line !== '')
  }

  flag(name: Name): boolean {
    const text = this.text(name)
    // What YAML calls a boolean, as in the toolkit's getBooleanInput.
    if (text !== undefined && !/^(true|True|TRUE|false|False|FALSE)$/.test(text)) {
      this.problems.push(`${name}: ${JSON.stringify(text)} is neither true nor false. Write ${name}: true`)
    }
    return text?.toLowerCase() === 'true'
  }

  choice<Choice extends string>(name: Name, choices: readonly Choice[]): Choice {
    const text = this.text(name)
    const choice = choices.find(each => each === text)
    if (choice === undefined) {
      this.problems.push(
        `${name}: ${JSON.stringify(text ?? '')} is none of them. Write ${name}: ${choices.join(' or ')}`,
      )
    }
    return choice ?? choices[0]!
  }

  /** What stands for options of the command line, by the option's name. */
  options(): Map<string, Given[]> {
    const options = new Map<string, Given[]>()
    for (const [name, input] of Object.entries<Input>(this.#table)) {
      if (input.option === undefined) continue
      const texts = this.#texts(name as Name, input)
      if (texts.length > 0)
        options.set(
          input.option,
          texts.map(text => ({ source: name, text })),
        )
    }
    return options
  }

  /** Every text that must never be shown. */
  secrets(): string[] {
    return Object.entries<Input>(this.#table).flatMap(([name, { secret }]) => {
      const text = this.#env[`INPUT_${name.toUpperCase()}`] ?? ''
      return secret ? secretsIn(text) : urlSecretsIn(text)
    })
  }

  #texts(name: Name, { form, inverted }: Input): string[] {
    switch (form) {
      case 'text':
        return [this.text(name) ?? []].flat()
      case 'lines':
        return this.lines(name)
      case 'flag':
        return this.text(name) !== undefined && this.flag(name) !== (inverted ?? false) ? [''] : []
      case 'pairs':
        return this.#pairs(name)
    }
  }

  #pairs(name: Name): string[] {
    const text = this.text(name) ?? ''
    if (!text.startsWith('{')) return this.lines(name)
    let pairs: unknown
    try {
      pairs = JSON.parse(text)
    } catch {
      this.problems.push(
        `${name}: it starts with "{" but is no JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}`,
      )
      return []
    }
    return Object.entries(pairs as object).map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        this.problems.push(
          `${name}: the value of ${JSON.stringify(key)} must be a text. Write {${JSON.stringify(key)}: "VALUE"}`,
        )
      }
      return `${key}=${value}`
    })
  }
}

/** A secret, each of its lines, and of a header line what stands behind the name: each may turn up alone. */
function secretsIn(text: string): string[] {
  const lines = text.split('\n').map(line => line.trim())
  const values = lines.map(line => /^[A-Za-z0-9-]+:\s*(.+)$/.exec(line)?.[1] ?? line)
  // Of a header `Authorization: Bearer TOKEN`, the token alone.
  const words = values.flatMap(value => value.split(' ').slice(1))
  return [text.trim(), ...lines, ...values, ...words].filter(secret => secret.length >= 4)
}

/** User name and password, and the query where a presigned URL has its signature. */
function urlSecretsIn(text: string): string[] {
  return [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi)].flatMap(([url]) => {
    if (!URL.canParse(url)) return []
    const { username, password, search } = new URL(url)
    const encoded = [password, username && password && `${username}:${password}`, search.slice(1)].filter(
      part => part !== '',
    )
    return encoded.flatMap(part => [part, decoded(part)])
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
