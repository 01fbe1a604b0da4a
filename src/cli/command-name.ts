import { UsageError } from '../lib/errors.ts'
import type { Arguments, Positional } from '../settings/arguments.ts'
import { statusOf } from '../settings/files.ts'
import { quoted } from '../settings/readers.ts'
import { type CommandName, commands, isCommandName, nearestCommand } from './commands.ts'

/** The command with which a command line begins; undefined if it has to be an export. */
export function commandOf([first = '']: readonly string[]): CommandName | undefined {
  return isCommandName(first) ? first : undefined
}

/** What a person has named as a command. @throws UsageError if there is no such command */
export function readCommandName(word: string): CommandName {
  if (isCommandName(word)) return word
  const meant = nearestCommand(word)
  const advice = meant ? `Did you mean ${meant}?` : `The commands are ${Object.keys(commands).join(', ')}.`
  throw new UsageError([`${quoted(word)}: unknown command. ${advice}`])
}

/**
 * Refuses the line of an export that was probably meant as another command: with the command behind options, or
 * misspelt. Its options are then not what is wrong.
 * @param origin of packages that are named without one; with it, a word that is not a command may be a package
 * @throws UsageError
 */
export async function refuseMisplaced({ positionals }: Arguments, origin: string | undefined): Promise<void> {
  const late = positionals.find(({ text }) => isCommandName(text))
  if (late) {
    throw new UsageError([
      `${quoted(late.text)}: a command must be the first argument. Write "mesosize ${late.text}", and everything else after it. For a package of that name, write its origin, too.`,
    ])
  }
  const [first] = positionals
  if (first && !origin && (await isMisspelt(first))) readCommandName(first.text)
}

async function isMisspelt({ text, doubtful }: Positional): Promise<boolean> {
  if (doubtful || /^-|\//.test(text) || text.endsWith('.hart') || !nearestCommand(text)) return false
  return (await statusOf(text)) === undefined
}
