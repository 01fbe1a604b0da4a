import { stringify } from 'yaml'
import {
  inputDefault,
  inputsOf,
  type Setting,
  type SettingGroup,
  type SettingTable,
} from '../src/settings/setting.ts'

/** A setting described in sentences, for action.yml and the documentation. */
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

/** An action.yml whose inputs are replaced by those of a table. @throws Error if it has none */
export function withInputs(text: string, table: SettingTable): string {
  const start = text.indexOf('\ninputs:\n')
  const end = text.indexOf('\noutputs:\n')
  if (start < 0 || end < start) throw new Error('action.yml needs inputs and, after them, outputs')
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
  const usual = inputDefault(row)
  return {
    description: describe(row, group),
    ...(row.required && !group.when && { required: true }),
    ...(usual !== undefined && { default: usual }),
  }
}
