/**
 * Writes the inputs of the actions into their action.yml from the table of settings: `npm run inputs`. With `--check`
 * it only says whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { inputsOf, type Setting, type SettingGroup, type SettingTable } from '../src/settings/setting.ts'
import { DEPLOY, EXPORT, REMOVE } from '../src/settings/tables.ts'

/** The actions, each with the settings that are its inputs. */
export const ACTIONS: Readonly<Record<string, SettingTable>> = {
  'action.yml': EXPORT,
  'deploy/action.yml': DEPLOY,
  'remove/action.yml': REMOVE,
}

/** A setting in sentences, for action.yml and the documentation. */
export function describe(row: Setting, { when }: Pick<SettingGroup, 'when'> = {}): string {
  const sentences =
    row.form === 'flag'
      ? [`Whether to ${row.help}.`]
      : [`${row.help.charAt(0).toUpperCase()}${row.help.slice(1)}${unitOf(row)}.`]
  if (row.form === 'pairs') sentences.push('`KEY=VALUE` lines or a JSON object.')
  if (row.form === 'lines') sentences.push(`One \`${row.value}\` per line.`)
  if ('choices' in row && row.choices && !row.choices.every(choice => row.help.includes(`\`${choice}\``))) {
    sentences.push(`One of ${row.choices.map(choice => `\`${choice}\``).join(', ')}.`)
  }
  if ('defaultOf' in row && row.defaultOf) sentences.push(`By default that of \`${row.defaultOf.input}\`.`)
  if (row.details) sentences.push(row.details)
  if (row.secret) sentences.push('Give it as a secret.')
  if (when) sentences.push(`Only for ${when}.`)
  return sentences.join(' ')
}

function unitOf(row: Setting): string {
  return 'unit' in row && row.unit && !row.help.includes(row.unit) ? `, in ${row.unit}` : ''
}

/** An action.yml with the inputs of a table in place of its own. @throws Error where it has none */
export function withInputs(text: string, table: SettingTable): string {
  const start = text.indexOf('\ninputs:\n')
  const end = text.indexOf('\noutputs:\n')
  if (start < 0 || end < start) throw new Error('action.yml needs inputs and, behind them, outputs')
  const groups = table
    .map(group => ({ group, rows: inputsOf([group]) }))
    .filter(({ rows }) => rows.length > 0)
  const written = groups.map(({ group, rows }) => {
    const inputs = rows.map(row => [row.input, input(row, group)])
    return stringify(Object.fromEntries(inputs), { lineWidth: 0, singleQuote: true }).replace(
      /^(?=.)/gm,
      '  ',
    )
  })
  return `${text.slice(0, start)}\ninputs:\n${written.join('\n')}${text.slice(end)}`
}

function input(row: Setting, group: SettingGroup) {
  const usual = 'expression' in row ? row.expression : 'default' in row ? row.default : undefined
  return {
    description: describe(row, group),
    ...(row.required && !group.when && { required: true }),
    ...((usual ?? (row.form === 'flag' ? 'false' : undefined)) !== undefined && {
      default: usual ?? 'false',
    }),
  }
}

if (import.meta.main) {
  for (const [name, table] of Object.entries(ACTIONS)) {
    const path = new URL(`../${name}`, import.meta.url)
    const text = readFileSync(path, 'utf8')
    const current = withInputs(text, table)
    if (!process.argv.includes('--check')) writeFileSync(path, current)
    else if (current !== text) {
      console.error(
        `${name} does not have the inputs of the table of settings: run "npm run inputs" and commit it.`,
      )
      process.exitCode = 1
    }
  }
}
