import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makePlace, startCli } from '../e2e/run-cli.ts'
import { startMarathon } from '../testkit/marathon-server.ts'

const DIST = join(import.meta.dirname, '../../dist')

/** The files of the bundle that a program loads before it runs, and what else they import. */
function imports(program: string): { files: Set<string>; others: Set<string> } {
  const [files, others] = [new Set<string>(), new Set<string>()]
  const visit = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    const text = readFileSync(join(DIST, file), 'utf8')
    for (const [, from = ''] of text.matchAll(/(?:^|[;}\s])(?:import|from)\s*["']([^"']+)["']/g)) {
      if (from.startsWith('./')) visit(from.slice(2))
      else others.add(from)
    }
  }
  visit(program)
  return { files, others }
}

test('the command line starts with few files, and none of the modules that take Node long to load', () => {
  const { files, others } = imports('cli.js')
  expect(files.size).toBeLessThan(6)
  expect([...others].filter(name => /crypto|http|util|zlib|child_process|worker_threads/.test(name))).toEqual(
    [],
  )
  expect([...others]).toContain('node:path')
})

test.each(['export-action.js', 'deploy-action.js', 'remove-action.js'])(
  '%s starts without what only some runs need',
  program => {
    const { files } = imports(program)
    expect(files).toContain('vendor-actions-core.js')
    expect([...files].filter(name => /vendor-.*(undici|octokit|azure|cyclonedx|tar)/.test(name))).toEqual([])
  },
)

test("a command that makes requests does not load Node's own fetch, which takes longer than its own start", async () => {
  const place = await makePlace()
  const list = join(place.root, 'modules')
  const atExit = `
    import { writeFileSync } from 'node:fs'
    process.on('exit', () => writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n')))`
  const marathon = await startMarathon()
  onTestFinished(marathon.close)
  const run = startCli(place, ['status', '/web', '--marathon', marathon.url], { preload: [atExit] })
  expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringContaining('/web') })
  const modules = readFileSync(list, 'utf8').split('\n')
  expect(modules).toContain('NativeModule net')
  expect(modules.filter(name => /deps\/undici/.test(name))).toEqual([])
})
