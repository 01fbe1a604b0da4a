import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { nameOf } from '../../src/settings/setting.ts'
import { DEPLOY, EXPORT, REMOVE } from '../../src/settings/tables.ts'
import { ROOT, read } from './documents.ts'

const rows = [...Object.values(commands).map(({ table }) => table), EXPORT, DEPLOY, REMOVE]
  .flat()
  .flatMap(group => Object.values(group.rows))
const names: ReadonlySet<string> = new Set(rows.map(nameOf))

/** Names that a message cannot spell by chance. A hook of Habitat is called health-check, too. */
const spellings = rows
  .flatMap(({ option, input }) => [option ?? '', input ?? ''])
  .filter(name => name.includes('-') && name !== 'health-check')

/** Such a name inside a text; a literal of its own, or a key of YAML where a line begins, is not a message. */
const BARE = new RegExp(`(?<=[ ('"\`])(?<!^ *)(?:--)?\\b(?:${spellings.join('|')})(?=[ .,:;)])`, 'gm')

/** The help, which describes one of the two interfaces, or explains a row beside another. */
const HELP = /^src\/(?:settings\/rows\/|settings\/tables\.ts|cli\/commands\.ts|cli\/completion\/)/

const files = readdirSync(`${ROOT}/src`, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => `src/${path}`)

function find(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([whole, part]) => part ?? whole)
}

/** The names in calls of `setting` and `hasSetting` that no row has. */
function unknownNames(source: string): string[] {
  return find(/\b(?:setting|hasSetting)\('([^']*)'/g, source).filter(name => !names.has(name))
}

/** The names of settings that messages spell instead of calling `setting`. */
function bareNames(source: string): string[] {
  return find(BARE, source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '').replace(/\/\/ .*$/gm, ''))
}

test.each([
  ["setting('uri-bse')", ['uri-bse'], []],
  ["hasSetting('uri-base')", [], []],
  ["throw new Error('Check upload-url.')", [], ['upload-url']],
  ["throw new Error('upload-url: it is missing')", [], ['upload-url']],
  ["throw new Error('Write --until-healthy too.')", [], ['--until-healthy']],
  ["import { upload } from '../publish/upload-url.ts'", [], []],
  ["const row = rows['upload-url'] // of upload-url", [], []],
])('in %s, wrong and bare names are found', (source, wrong, bare) => {
  expect(unknownNames(source)).toEqual(wrong)
  expect(bareNames(source)).toEqual(bare)
})

test.each(files)('%s names only settings that exist, and as the running program does', path => {
  const source = read(path)
  expect(unknownNames(source)).toEqual([])
  expect(HELP.test(path) ? [] : bareNames(source)).toEqual([])
})
