import type { SHELLS } from '../commands.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { type CompletedCommand, completedCommands } from './model.ts'
import { zshCompletion } from './zsh.ts'

export type Shell = (typeof SHELLS)[number]

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** The script with which a shell completes command lines. */
export function completionFor(shell: Shell): string {
  return SCRIPTS[shell](completedCommands())
}
