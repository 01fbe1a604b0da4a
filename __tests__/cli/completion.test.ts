import { describe, expect, test } from 'vitest'
import { commands, SHELLS } from '../../src/cli/commands.ts'
import { completedCommands } from '../../src/cli/completion/model.ts'
import { completionFor } from '../../src/cli/completion/shells.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { optionsOf } from '../../src/settings/setting.ts'

describe('what is completed', () => {
  test.each(Object.entries(commands))('has every option of %s', (name, { table, unlisted = [] }) => {
    const command = completedCommands().find(each => each.name === name)
    const known = optionsOf([...table, ...unlisted]).map(({ option }) => `--${option}`)
    expect(command?.options.map(({ names }) => names.at(-1))).toEqual(known)
  })

  test('is told from the placeholders of values, all of which are known', () => {
    const values = completedCommands().flatMap(({ options }) => options.flatMap(({ value }) => value ?? []))
    const placeholders = (wanted: unknown) => [
      ...new Set(values.filter(each => each.completed === wanted).map(each => each.placeholder)),
    ]
    expect(placeholders('folders')).toEqual(['DIR'])
    expect(placeholders('files').sort()).toEqual(['FILE', 'FILE.json', 'FILE.toml', 'PKG'])
    expect(placeholders('anything').filter(text => /FILE|DIR|PATH$/.test(text))).toEqual([])
  })

  test('has no backslash, which fish reads inside quotes', () => {
    expect(JSON.stringify(completedCommands())).not.toMatch(/\\(?!")/)
  })
})

describe('mesosize completion', () => {
  test.each(SHELLS)('%s', async shell => {
    const { command } = await parseCommandLine(['completion', shell], {})
    expect(command).toEqual({ kind: 'completion', shell })
    for (const name of Object.keys(commands)) expect(completionFor(shell)).toContain(name)
  })

  test.each([
    [[], /^SHELL: is missing\. Give bash, zsh or fish\.$/],
    [['csh'], /^"csh" is not allowed\. Use bash, zsh or fish\.$/],
    [['bash', 'zsh'], /^"zsh": unexpected argument\. Give exactly one SHELL\.$/],
  ])('%j', async (args, problem) => {
    const error = await parseCommandLine(['completion', ...args], {}).catch(thrown => thrown)
    expect(error.problems).toEqual([expect.stringMatching(problem)])
  })
})
