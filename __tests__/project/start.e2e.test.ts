import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makePlace, startCli } from '../e2e/run-cli.ts'
import { startMarathon } from '../testkit/marathon-server.ts'
import { importsOf } from './imports.ts'

const DIST = join(import.meta.dirname, '../../dist')

/** The files of the bundle that a program loads before it runs. */
function filesOf(program: string, files = new Set<string>()): Set<string> {
  if (files.has(program)) return files
  files.add(program)
  for (const name of importsOf(join(DIST, program)).first)
    if (name.startsWith('./')) filesOf(name.slice(2), files)
  return files
}

test('the command line starts with few files', () => {
  expect(filesOf('cli.js').size).toBeLessThan(5)
  expect(filesOf('start.js').size).toBeLessThan(5)
})

test.each([
  ['--version', ['os', 'internal/util/parse_args/parse_args']],
  ['--help', []],
])('%s is answered without what takes Node long to load', async (option, more) => {
  const place = await makePlace()
  const run = startCli(place, [option], { preload: [listModules(place.root)] })
  expect(await run.ended).toMatchObject({ status: 0, stdout: expect.stringContaining('mesosize') })
  const modules = modulesOf(place.root)
  expect(modules).toContain('net')
  const slow = ['internal/fs/streams', 'internal/readline/interface', 'http', 'zlib', 'worker_threads']
  expect(modules.filter(name => [...slow, ...more].includes(name))).toEqual([])
})

test.each(['export-action.js', 'deploy-action.js', 'remove-action.js'])(
  '%s starts without what only some runs need',
  program => {
    const files = filesOf(program)
    expect(files).toContain('vendor-actions-core.js')
    const some = /^sbom|^vendor-.*(?:undici|http-client|github|azure|artifact|cache|tar)/
    expect([...files].filter(name => some.test(name))).toEqual([])
  },
)

test("a command that makes requests does not load Node's own fetch, which takes longer than its own start", async () => {
  const place = await makePlace()
  const marathon = await startMarathon()
  onTestFinished(marathon.close)
  const run = startCli(place, ['status', '/web', '--marathon', marathon.url], {
    preload: [listModules(place.root)],
  })
  expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringContaining('/web') })
  const modules = modulesOf(place.root)
  expect(modules).toContain('net')
  expect(modules.filter(name => /deps\/undici/.test(name))).toEqual([])
})

/** A module that has a process note, at its end, what Node has loaded of its own. */
function listModules(folder: string): string {
  const list = JSON.stringify(join(folder, 'modules'))
  // An import of node:fs would load more.
  return `process.on('exit', () =>
    process.getBuiltinModule('node:fs').writeFileSync(${list}, process.moduleLoadList.join('\\n')))`
}

/** The names of those modules, such as `internal/fs/streams`. */
function modulesOf(folder: string): string[] {
  const list = readFileSync(join(folder, 'modules'), 'utf8').split('\n')
  return list.map(line => line.replace(/^NativeModule /, ''))
}
