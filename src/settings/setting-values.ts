import { proxyProblems } from '../http/proxies.ts'
import { MesosizeError, UsageError } from '../lib/errors.ts'
import { repeated } from '../lib/repeated.ts'
import { setting as named } from '../lib/setting.ts'
import { visibleLines } from '../lib/visible.ts'
import { quoted, readPair } from './readers.ts'
import {
  type LinesSetting,
  nameOf,
  type PairsSetting,
  type Reader,
  type Setting,
  type Settings,
  type ValuesOf,
} from './setting.ts'
import type { Environment, Given, Source } from './source.ts'

/** Reads settings from what a person wrote, or from a variable or default instead, and collects the problems. */
export class SettingValues {
  /** One line each, or several. A set: two settings may take one faulty value from the same place. */
  readonly problems: Set<string>
  readonly #source: Source
  readonly #env: Environment
  readonly #origin: string | undefined
  readonly #file: Source | undefined

  /**
   * @param origin of packages that are named without one
   * @param file what a project file gives; variables outrank it, so that credentials in them go to the addresses in them
   */
  constructor(source: Source, env: Environment, origin?: string, file?: Source) {
    this.#source = source
    this.#env = env
    this.#origin = origin
    this.#file = file
    this.problems = new Set([...source.problems, ...proxyProblems(env)])
  }

  /** Where a setting's values come from: the person, its variable, the project file, its default, another setting. */
  given(setting: Setting): readonly Given[] {
    const variable = this.#variable(setting)
    const written = this.#written(setting)
    // If a setting takes one value, the last one written counts.
    if (written) return setting.form === 'lines' || setting.form === 'pairs' ? written : written.slice(-1)
    if (variable) return [variable]
    if (!('default' in setting || 'defaultOf' in setting)) return []
    if (setting.default !== undefined) return [{ source: named(nameOf(setting)), text: setting.default }]
    return setting.form !== 'flag' && setting.defaultOf ? this.given(setting.defaultOf) : []
  }

  /** Whether a person wrote the setting itself, rather than a variable or a default standing in. */
  written(setting: Setting): boolean {
    return this.#written(setting) !== undefined
  }

  /** Whether a person wrote the setting for this very run: the project file is for others, too. */
  chosen(setting: Setting): boolean {
    return this.#source.given(setting) !== undefined
  }

  #written(setting: Setting): readonly Given[] | undefined {
    return this.#source.given(setting) ?? (this.#variable(setting) ? undefined : this.#file?.given(setting))
  }

  #variable({ variable }: Setting): Given | undefined {
    const text = variable && this.#env[variable]
    return variable && text ? { source: variable, text } : undefined
  }

  /**
   * Reads the values of rows. A value with problems is undefined, or missing from its list, whatever its type says:
   * the values must not be used if there are problems.
   */
  async read<const Rows extends Settings>(rows: Rows): Promise<ValuesOf<Rows>> {
    const values: Record<string, unknown> = {}
    for (const [name, row] of Object.entries(rows)) values[name] = await this.#readRow(row)
    return values as ValuesOf<Rows>
  }

  /** Turns what `read` throws into problems. @param prefix of each */
  async attempt<T>(read: () => T | Promise<T>, prefix = ''): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof MesosizeError)) throw error
      const problems = error instanceof UsageError ? error.problems : [error.message]
      for (const problem of problems) this.problem(prefix + problem)
      return undefined
    }
  }

  /** @param text may have several lines, if it is about the contents of a file */
  problem(text: string): void {
    this.problems.add(visibleLines(text))
  }

  /** @throws UsageError if there are problems */
  check(): void {
    if (this.problems.size > 0) throw new UsageError([...this.problems])
  }

  async #readRow(row: Setting): Promise<unknown> {
    switch (row.form) {
      case 'flag':
        return (await this.#all(row, readFlag))[0] ?? row.default === 'true'
      case 'text':
      case 'headers':
        return (await this.#all(row, row.read))[0]
      case 'lines':
        return this.#lines(row)
      case 'pairs':
        return this.#pairs(row)
    }
  }

  async #all<T>(row: Setting, read: Reader<T>): Promise<T[]> {
    const values: T[] = []
    const context = { origin: this.#origin, written: this.written(row) }
    for (const { source, text } of this.given(row)) {
      const value = await this.attempt(() => read(text, context), `${source}: `)
      if (value !== undefined) values.push(value)
    }
    return values
  }

  async #lines(row: LinesSetting): Promise<unknown[]> {
    const values = await this.#all(row, row.read)
    const keys = values.flatMap(value => row.keyOf?.(value) ?? [])
    for (const key of repeated(keys)) {
      this.problem(`${this.#nameOf(row)}: ${quoted(key)} is given twice. Keep one of them.`)
    }
    return values
  }

  /** For messages about several of its values, which all come from one place. */
  #nameOf(row: Setting): string {
    return this.given(row)[0]?.source ?? named(nameOf(row))
  }

  async #pairs(row: PairsSetting): Promise<Record<string, string>> {
    const pairs = new Map<string, string>()
    const name = this.#nameOf(row)
    const read = (text: string) => readPair(text, row.needsValues)
    for (const [key, value] of await this.#all(row, read)) {
      const problem = row.keyProblem(key)
      if (problem) this.problem(`${name}: the key ${quoted(key)} ${problem}.`)
      if (pairs.has(key)) this.problem(`${name}: the key ${quoted(key)} is given twice. Keep one of them.`)
      pairs.set(key, value)
    }
    const values = Object.fromEntries(pairs)
    for (const [key, problem] of row.valueProblems?.(values) ?? []) {
      this.problem(`${name}: ${quoted(key)} ${problem}.`)
    }
    return values
  }
}

/** What YAML calls a boolean, as in the toolkit's getBooleanInput. */
function readFlag(text: string): boolean {
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  throw new MesosizeError(
    'SETTING_INVALID',
    `${quoted(text)} is neither true nor false. Write true or false.`,
  )
}
