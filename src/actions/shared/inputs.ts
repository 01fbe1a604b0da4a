import { MesosizeError, UsageError } from '../../lib/errors.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Given } from '../../settings/arguments.ts'
import type { Input } from './input-table.ts'

type Table<Name extends string> = Readonly<Record<Name, Input>>

/**
 * The inputs that a workflow gave to an action, with everything that is wrong with their form. The runner hands
 * each on as `INPUT_<NAME>`, upper-cased, dashes kept. An empty one, such as an expression gives that found nothing,
 * stands for its default.
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
      this.problems.push(
        `${name}: there is no such input.${guess ? ` Did you mean ${guess}?` : ' Remove it.'}`,
      )
    }
  }

  /** The text without white space around it, or the default; undefined if there is neither. */
  text(name: Name): string | undefined {
    return this.#given(name).trim() || this.#table[name].default
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
      return this.#table[name].default === 'true'
    }
    return text?.toLowerCase() === 'true'
  }

  /** A whole number, undefined where there is none. */
  number(name: Name, least = 1): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least)) {
      this.problems.push(
        `${name}: ${JSON.stringify(text)} is no whole number of at least ${least}. Write one such as ${name}: 12`,
      )
    }
    return value
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

  /** Turns what `work` throws into problems. */
  async attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof MesosizeError)) throw error
      this.problems.push(...(error instanceof UsageError ? error.problems : [error.message]))
      return undefined
    }
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
    const all = Object.entries<Input>(this.#table).flatMap(([name, { form, secret }]) => {
      const text = this.#given(name as Name)
      if (!secret) return urlSecretsIn(text)
      return form === 'headers' ? [...secretsIn(text), ...headerSecretsIn(text)] : secretsIn(text)
    })
    return [...new Set(all)]
  }

  #given(name: Name): string {
    return this.#env[`INPUT_${name.toUpperCase()}`] ?? ''
  }

  #texts(name: Name, { form, inverted }: Input): string[] {
    switch (form) {
      case 'text':
        return [this.text(name) ?? []].flat()
      case 'lines':
      case 'headers':
        return this.lines(name)
      case 'flag':
        return this.flag(name) !== (inverted ?? false) ? [''] : []
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
      if (key.includes('=')) {
        this.problems.push(`${name}: the key ${JSON.stringify(key)} must not contain "=". Write another key`)
      }
      return `${key}=${value}`
    })
  }
}

/** Shorter ones would turn ordinary words of the log, and of outputs, into asterisks. */
const SHORTEST_PART = 4
const SHORTEST_HEADER = 6
const SHORTEST_SIGNATURE = 20

/** A secret, and each of its lines, for one may turn up alone. */
function secretsIn(text: string): string[] {
  const whole = text.trim()
  const lines = whole.split('\n').map(line => line.trim())
  return [...(whole === '' ? [] : [whole]), ...lines.filter(line => line.length >= SHORTEST_PART)]
}

/** The values of headers, and of `Bearer TOKEN` and `Basic …` what stands behind the scheme. */
function headerSecretsIn(text: string): string[] {
  const values = text.split('\n').map(line => line.slice(line.indexOf(':') + 1).trim())
  const credentials = values.map(value => value.replace(/^\S+\s+/, ''))
  const basic = values.flatMap(value => /^Basic\s+(\S+)$/i.exec(value)?.[1] ?? [])
  const logins = basic.flatMap(encoded => {
    const login = Buffer.from(encoded, 'base64').toString()
    return [login, login.slice(login.indexOf(':') + 1)]
  })
  return [...values, ...credentials, ...logins].filter(secret => secret.length >= SHORTEST_HEADER)
}

/** The passwords in URLs, and their queries where these hold a signature or token. */
function urlSecretsIn(text: string): string[] {
  const urls = [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"]+/gi)].map(([url]) => url)
  return urls.flatMap(url => [...loginSecretsIn(url), ...querySecretsIn(url)])
}

function loginSecretsIn(url: string): string[] {
  // Where a password has a "/" that is not encoded, the URL is none, and yet may be shown.
  const userInfo = URL.canParse(url) ? /:\/\/([^/?#]*)@/ : /:\/\/(.*)@/
  const login = userInfo.exec(url)?.[1]
  if (login === undefined) return []
  const colon = login.indexOf(':')
  // Without a password, the user name is a token.
  const password = login.slice(colon + 1)
  const normal = URL.canParse(url) ? new URL(url).password : ''
  return [password, decoded(password), normal, ...(colon > 0 ? [login, decoded(login)] : [])].filter(
    part => part.length >= SHORTEST_PART,
  )
}

function querySecretsIn(url: string): string[] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? ''
  const secrets = query.split('&').flatMap(parameter => {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(parameter) ?? []
    const named = /sig|token|key|secret|pass|cred|auth/i.test(name) && value.length >= SHORTEST_PART
    return named || value.length >= SHORTEST_SIGNATURE ? [value, decoded(value)] : []
  })
  return secrets.length > 0 ? [query, decoded(query), ...secrets] : []
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
