import type { Input } from './input-table.ts'

/** An option or variable; but first what is quoted, and a log's lines, which are somebody else's words. */
const PIECE = /"(?:[^"\\\n]|\\.)*"|^[ \t].*$|--[a-z][a-z-]*|\bHAB_ORIGIN\b/gm

/**
 * Rewrites advice that names options of the command line so that it names inputs: `--uri-base` is `uri-base`,
 * `--cpu` is `cpus`, and `--no-health-check` is `health-check: false`. What is no input stays as it is.
 */
export function inInputs(text: string, table: Readonly<Record<string, Input>>): string {
  const names = new Map([['HAB_ORIGIN', 'origin']])
  for (const [name, { option, inverted }] of Object.entries(table)) {
    if (option !== undefined) names.set(`--${option}`, inverted ? `${name}: false` : name)
  }
  return text.replace(PIECE, piece => names.get(piece) ?? piece)
}
