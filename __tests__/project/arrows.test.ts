import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrows-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Checks a tree of sources with the project's rules. @returns the names of the rules that are broken */
async function broken(sources: Record<string, string>): Promise<string[]> {
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const args = [
    resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['--config', resolve('.dependency-cruiser.js'), '--output-type', 'json', 'src'],
  ]
  const output = await new Promise<string>((done, fail) => {
    // It ends with the number of errors.
    execFile(resolve('node_modules/.bin/node'), args, { cwd: folder }, (error, stdout, stderr) =>
      stdout.startsWith('{') ? done(stdout) : fail(error ?? new Error(stderr)),
    )
  })
  const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string } }[] } }
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort()
}

const USED = 'export const used = 1\n'

test.each<[string, Record<string, string>, string[]]>([
  ['an arrow down', { 'src/publish/a.ts': "import '../github/b.ts'\n", 'src/github/b.ts': USED }, []],
  [
    'an arrow up',
    { 'src/lib/a.ts': "import '../habitat/b.ts'\n", 'src/habitat/b.ts': USED },
    ['arrows-of-lib'],
  ],
  [
    'an arrow up that is only a type',
    {
      'src/github/a.ts': "import type { B } from '../preview/b.ts'\nexport type A = B\n",
      'src/preview/b.ts': 'export type B = 1\n',
    },
    ['arrows-of-github'],
  ],
  [
    'an arrow up that is followed late',
    { 'src/image/a.ts': "export const a = () => import('../export/b.ts')\n", 'src/export/b.ts': USED },
    ['arrows-of-image'],
  ],
  [
    'an arrow between rooms of one floor',
    { 'src/github/a.ts': "import '../marathon/b.ts'\n", 'src/marathon/b.ts': USED },
    ['arrows-of-github'],
  ],
  ['a circle', { 'src/lib/a.ts': "import './b.ts'\n", 'src/lib/b.ts': "import './a.ts'\n" }, ['no-circle']],
  [
    'a file outside the rooms',
    { 'src/a.ts': "import './lib/b.ts'\n", 'src/lib/b.ts': USED },
    ['no-loose-files'],
  ],
  [
    'the runner known too far down',
    { 'src/habitat/a.ts': "import '@actions/core'\n" },
    ['the-runner-is-above'],
  ],
  [
    'a way past a door',
    { 'src/export/a.ts': "import '../package-cache/b.ts'\n", 'src/package-cache/b.ts': USED },
    ['door-of-package-cache'],
  ],
  [
    'a way through a door',
    { 'src/export/a.ts': "import '../package-cache/index.ts'\n", 'src/package-cache/index.ts': USED },
    [],
  ],
  ['an import of nothing', { 'src/lib/a.ts': "import './nothing.ts'\n" }, ['nothing-unresolved']],
])('%s', async (_, sources, rules) => {
  expect(await broken(sources)).toEqual(rules)
})
