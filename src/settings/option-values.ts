import { MesosizeError, UsageError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { visible } from '../lib/visible.ts'
import type { Arguments, Given } from './arguments.ts'
import type { OptionTable } from './option.ts'

type Read<T> = (text: string) => T | Promise<T>

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the values of options from the command line and what stands in for it, and collects the problems. */
export class OptionValues<Name extends string> {
  /** One line each. A set: two options may take one faulty value from the same place. */
  readonly problems: Set<string>
  readonly #table: OptionTable
  readonly #options: Arguments['options']
  readonly #env: Environment

  constructor(table: OptionTable<Name>, { options, problems }: Arguments, env: Environment) {
    this.#table = table
    this.problems = new Set(problems)
    this.#options = options
    this.#env = env
  }

  /** Where an option's values come from: the command line, its variable, its default, another option. */
  given(name: Name): readonly Given[] {
    const option = this.#table.named(name)
    const written = this.#options.get(name)
    if (written) return option.repeatable ? written : written.slice(-1)
    const variable = option.env && this.#env[option.env]
    if (option.env && variable) return [{ source: option.env, text: variable }]
    if (option.default !== undefined) return [{ source: setting(name), text: option.default }]
    return option.defaultOf ? this.given(option.defaultOf as Name) : []
  }

  /** Whether the flag or option is on the command line itself. */
  written(name: Name): boolean {
    return this.#options.has(name)
  }

  /** The value, or undefined if there is none or it is a problem. */
  async one<T>(name: Name, read: Read<T>): Promise<T | undefined> {
    return (await this.all(name, read))[0]
  }

  /** The values that are no problem, in the order given. */
  async all<T>(name: Name, read: Read<T>): Promise<T[]> {
    const values: T[] = []
    for (const { source, text } of this.given(name)) {
      const value = await this.attempt(() => read(text), `${source}: `)
      if (value !== undefined) values.push(value)
    }
    return values
  }

  /** Turns what `read` throws into a problem. */
  async attempt<T>(read: () => T | Promise<T>, prefix = ''): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof MesosizeError)) throw error
      const problems = error instanceof UsageError ? error.problems : [prefix + error.message]
      for (const problem of problems) this.problem(problem)
      return undefined
    }
  }

  problem(text: string): void {
    this.problems.add(visible(text))
  }
}
