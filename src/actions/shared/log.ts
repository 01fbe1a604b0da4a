import * as core from '@actions/core'
import type { Reporter } from '../../lib/report.ts'
import { terminalReporter } from '../../lib/terminal/reporter.ts'
import { visible } from '../../lib/visible.ts'

// The one way to the step's log. The runner reads each line of it for commands (actions/runner,
// Runner.Common/ActionCommand.cs): `::command::` where a line begins, behind blanks, and the older `##[command]`
// anywhere in a line. What is printed here may have been written by anyone: the author of a package, a server, a build.

/** Writes `##[` so that neither the runner nor the viewer of the log takes it for the beginning of a command. */
export function withoutBrackets(text: string): string {
  return text.replace(/##(?=\[)/g, '#\\x23')
}

/**
 * A text as one line of the log in which the runner finds no command. Characters that drive terminals, end lines or
 * turn the reading order become visible.
 */
export function forRunner(text: string): string {
  return withoutCommands(visible(text))
}

/** @param line without control characters */
function withoutCommands(line: string): string {
  return withoutBrackets(line).replace(/^(\s*):(?=:)/, '$1\\x3a')
}

/** Prints a line. */
export function say(text: string): void {
  core.info(forRunner(text))
}

const MARKS = { error: core.error, warning: core.warning, notice: core.notice }

/** Marks the step with a message, which may have several lines. */
export function annotate(level: keyof typeof MARKS, text: string, title = 'Mesosize'): void {
  MARKS[level](lines(text), { title })
}

/** Marks the step as failed, with a message that may have several lines. */
export function failStep(text: string): void {
  core.setFailed(lines(text))
}

/** Shown only with ACTIONS_STEP_DEBUG. */
export function debug(text: string): void {
  core.debug(lines(text))
}

/** Folds what is printed meanwhile. Groups cannot be nested. */
export function inGroup<T>(name: string, work: () => Promise<T>): Promise<T> {
  return core.group(forRunner(name), work)
}

/** Does work outside the open group. @param next the name of the group that is open afterwards */
export async function outsideGroup<T>(next: string, work: () => Promise<T>): Promise<T> {
  core.endGroup()
  try {
    return await work()
  } finally {
    core.startGroup(forRunner(next))
  }
}

/** Has the runner hide a secret wherever it is printed, also as this log would write it. */
export function mask(secret: string): void {
  for (const text of new Set([secret, forRunner(secret)])) core.setSecret(text)
}

/** A reporter for the log: phases and notes are lines, warnings are annotations. */
export function logReporter(): Reporter & { close(): void } {
  // It writes line by line, and makes control characters visible itself.
  const stream = { write: (text: string) => process.stdout.write(withoutCommands(text)) }
  return {
    ...terminalReporter(stream, process.env),
    warn: text => annotate('warning', text),
  }
}

function lines(text: string): string {
  return text.split('\n').map(forRunner).join('\n')
}
