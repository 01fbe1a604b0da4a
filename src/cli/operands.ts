import type { Positional } from '../settings/arguments.ts'
import { statusOf } from '../settings/files.ts'
import { readPackage } from '../settings/package.ts'
import { invalid, quoted } from '../settings/readers.ts'
import { NAMED } from '../settings/rows/packages.ts'
import type { SettingValues } from '../settings/setting-values.ts'
import { nearestCommand } from './commands.ts'

/** What the arguments besides options are read with. */
export interface OperandContext {
  /** Of packages that are named without one. */
  origin?: string
  /** Whether the first argument may have been meant as a command. */
  commandOmitted: boolean
  /** Whether an app definition could be given instead. */
  orApp?: boolean
  /** Receives what was decided on the person's behalf. */
  note(text: string): void
}

/** The packages to export. */
export async function readPackages(
  positionals: readonly Positional[],
  values: SettingValues,
  context: OperandContext,
): Promise<string[]> {
  if (positionals.length === 0 && values.written(NAMED.packages)) return (await values.read(NAMED)).packages
  const packages: string[] = []
  for (const [index, { text, doubtful }] of positionals.entries()) {
    const read = () => readNamed(text, { ...context, commandOmitted: context.commandOmitted && index === 0 })
    // `--cpus 1`: the 1 is not a package, and not a second mistake. It may also be a secret: `--token SECRET`.
    const name = doubtful ? await read().catch(() => undefined) : await values.attempt(read)
    if (name !== undefined) packages.push(name)
  }
  if (packages.length === 0 && positionals.every(({ doubtful }) => doubtful)) {
    const advice = 'identifiers such as core/redis, or paths of harts.'
    values.problem(
      context.orApp
        ? `PKG_IDENT: no package or app definition given. Give the file of an app definition, or ${advice}`
        : `PKG_IDENT: no package given. Give one or more ${advice}`,
    )
  }
  return packages
}

/** A package; one that is named by a single word is mentioned: the word may have been meant as something else. */
async function readNamed(text: string, { origin, commandOmitted, note }: OperandContext): Promise<string> {
  const isWord = /^[^/]+$/.test(text) && !text.endsWith('.hart') && !(await statusOf(text))?.isFile()
  if (isWord && commandOmitted && !origin) {
    throw invalid(
      `${quoted(text)} is neither a command nor, without an origin, a package. Write origin/name, such as core/redis, or set HAB_ORIGIN.`,
    )
  }
  const name = await readPackage(text, { origin, written: true })
  if (isWord) {
    const meant = commandOmitted ? nearestCommand(text) : undefined
    const advice = meant ? ` For the command, write "mesosize ${meant}".` : ''
    note(`${quoted(text)} is read as the package ${name}, because HAB_ORIGIN is ${origin}.${advice}`)
  }
  return name
}

/** The one argument that a command takes besides its options. */
export async function readOperand<T>(
  positionals: readonly Positional[],
  values: SettingValues,
  name: string,
  what: string,
  read: (text: string) => T | Promise<T>,
): Promise<T | undefined> {
  const sure = positionals.filter(({ doubtful }) => !doubtful)
  const [first, ...more] = sure.length > 0 ? sure : positionals.slice(0, 1)
  if (!first) {
    values.problem(`${name}: is missing. Give ${what}.`)
    return undefined
  }
  refuseMore(more, values, `Give exactly one ${name}.`)
  return values.attempt(() => read(first.text))
}

/** Refuses arguments that have no meaning. @param advice what to give instead, as a sentence */
export function refuseMore(more: readonly Positional[], values: SettingValues, advice: string): void {
  for (const { text, doubtful } of more) {
    if (!doubtful) values.problem(`${quoted(text)}: unexpected argument. ${advice}`)
  }
}
