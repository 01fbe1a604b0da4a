import { describe, expect, test } from 'vitest'
import { type CommandName, commands } from '../../src/cli/commands.ts'
import { helpText } from '../../src/cli/help.ts'
import { optionsOf, type Setting } from '../../src/settings/setting.ts'
import { EXPORT } from '../../src/settings/tables.ts'

const help = helpText()
const options = optionsOf(EXPORT)
/** What the help must say about a setting. If it is true by default, the help has the option that turns it off. */
const lineOf = (row: Setting) => row.help.replaceAll('`', '"')
/** What the help says about one option, its continued lines joined. */
function sectionOf(name: string): string {
  const section = new RegExp(`^ {2}(?:-., | {4})--${name}(?=[ [=]|$).*(?:\\n {20,}\\S.*)*`, 'm').exec(help)
  return section?.[0].replace(/\s+/g, ' ') ?? ''
}

// The options of the issue, and the defaults and units that it and the old exporters give.
test.each([
  ['cpu', '0.5'],
  ['mem', '256 MiB'],
  ['disk', '0 MiB'],
  ['instances', 'default: 1'],
  ['hab-pkg', 'hab'],
  ['launcher-pkg', 'PKG'],
  ['sup-pkg', 'PKG'],
  ['url', '-u, --url URL'],
  ['url', 'default: https://bldr.habitat.sh; env: HAB_BLDR_URL'],
  ['channel', '-c, --channel CHANNEL'],
  ['channel', 'default: base; env: HAB_BLDR_CHANNEL'],
  ['base-pkgs-url', 'default: that of --url'],
  ['base-pkgs-channel', 'default: base'],
  ['auth', '-z, --auth TOKEN'],
  ['auth', 'env: HAB_AUTH_TOKEN'],
  ['app-id', 'ID'],
  ['env', 'repeatable'],
  ['label', 'repeatable'],
  ['config', 'FILE.toml'],
  ['uri', 'URI'],
  ['uri-base', 'URI'],
  ['uris', 'fetch'],
  ['env-vars-prefix', '--env_vars_prefix'],
  ['peer', 'repeatable'],
  ['group', 'default: default'],
  ['topology', 'standalone, leader'],
  ['strategy', 'none, at-once, rolling'],
  ['bind', 'repeatable'],
  ['no-health-check', 'do not have Marathon check the health'],
  ['patch', 'RFC 7396'],
  ['artifacts', 'repeatable'],
  ['fs-root', 'hab/pkgs'],
  ['keys', 'repeatable; env: HAB_CACHE_KEY_PATH'],
  ['target', 'default: x86_64-linux; env: HAB_PACKAGE_TARGET'],
  ['output-dir', 'default: results'],
  ['layers', '--layers[=HOW]'],
  ['layers', 'one of auto, package; alone: auto'],
  ['cache', 'DIR'],
  ['cache-size', 'default: 4GiB'],
  ['no-cache', 'do not keep'],
  ['max-package-size', 'default: 16GiB'],
  ['help', '-h, --help'],
  ['version', '-V, --version'],
])('--%s: %s', (name, text) => {
  expect(sectionOf(name)).toContain(text)
})

describe('the help', () => {
  test('has every option, with its line', () => {
    expect(options.filter(row => !sectionOf(row.option).includes(lineOf(row)))).toEqual([])
  })

  test('fits 100 columns', () => {
    expect(help.split('\n').filter(line => line.length > 100 || line !== line.trimEnd())).toEqual([])
  })

  test('shows how the value of an option that can do without is written, and explains it in the same column', () => {
    const columnOf = (name: string) =>
      /^(.* {2,})\S/.exec(help.split('\n').find(each => each.includes(name))!)
    expect(columnOf('--layers[=HOW] ')![1]!.length).toBe(columnOf('--output-dir DIR ')![1]!.length)
  })

  test.each([
    'HAB_BLDR_URL',
    'HAB_BLDR_CHANNEL',
    'HAB_AUTH_TOKEN',
    'HAB_CACHE_KEY_PATH',
    'HAB_ORIGIN',
    'NO_COLOR',
  ])('lists the variable %s', variable => {
    expect(help).toMatch(new RegExp(`^ {2}${variable} {2,}\\S`, 'm'))
  })

  test.each(['0', '1', '2'])('explains the exit status %s', status => {
    expect(help.slice(help.indexOf('Exit status:'))).toMatch(new RegExp(`^ {2}${status} {2,}\\S`, 'm'))
  })

  test('ends with three examples', () => {
    expect(help.slice(help.indexOf('Examples:')).match(/^ {2}mesosize .* > \S+\.json$/gm)).toHaveLength(3)
  })
})

describe.each(Object.entries(commands))('the help of %s', (name, { table, usage, summary }) => {
  const text = helpText(name as CommandName)
  const own = optionsOf(table)

  test('has every option, with its line', () => {
    const words = text.replace(/\s+/g, ' ')
    expect(own.filter(row => !words.includes(`--${row.option}`) || !words.includes(lineOf(row)))).toEqual([])
  })

  test('fits 100 columns', () => {
    expect(text.split('\n').filter(line => line.length > 100 || line !== line.trimEnd())).toEqual([])
  })

  test('begins with the usage and ends with an example', () => {
    expect(text.startsWith(`Usage: ${usage}\n`)).toBe(true)
    expect(text).toMatch(/\nExamples:\n( {2}mesosize .*\n)+$/)
    expect(text).not.toMatch(/--(?:marathon-password|dcos-token|dcos-password) (?!is not given)[a-z]/)
  })

  test('has something below each heading', () => {
    expect(text).not.toMatch(/:\n\n/)
  })

  test('has no two options that share a letter or a name', () => {
    const words = own.flatMap(({ option, short }) => (short ? [option, short] : [option]))
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
  })

  test('is named in that of the program', () => {
    expect(help.replace(/\s+/g, ' ')).toContain(` ${name} ${summary}`)
  })
})
