import type { Input } from './input-table.ts'

/**
 * Rewrites advice that names options of the command line so that it names inputs: `--uri-base` is `uri-base`,
 * and `--cpu` is `cpus`. What is no input stays as it is.
 */
export function inInputs(text: string, table: Readonly<Record<string, Input>>): string {
  const names = new Map(Object.entries(table).map(([name, { option }]) => [`--${option}`, name]))
  return text.replace(/--[a-z][a-z-]*/g, option => names.get(option) ?? option)
}
