import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const USED = 'export const used = 1\n'

/** What to check, sources by path, and the names of the rules that they break. */
const CASES: [string, Record<string, string>, string[]][] = [
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
  ['a file outside the rooms that is alone', { 'src/a.ts': USED, 'src/more/b.ts': USED }, ['no-loose-files']],
  [
    'an arrow out of src',
    { 'src/cli/a.ts': "import '../../__tests__/testkit/b.ts'\n", '__tests__/testkit/b.ts': USED },
    ['src-alone'],
  ],
  [
    'the version of the package',
    { 'src/cli/a.ts': "import '../../package.json'\n", 'package.json': '{}' },
    [],
  ],
  ["Node's own modules and a package", { 'src/lib/a.ts': "import 'node:fs'\nimport 'semver'\n" }, []],
  [
    'packages whose source is known too far up',
    { 'src/rootfs/a.ts': "import '../habitat/sources/b.ts'\n", 'src/habitat/sources/b.ts': USED },
    ['rootfs-and-packages'],
  ],
  [
    'the runner known too far down',
    { 'src/habitat/a.ts': "import '@actions/core'\n" },
    ['the-runner-is-above'],
  ],
  [
    "the runner's HTTP client",
    { 'src/http/a.ts': "import '@actions/http-client'\n" },
    ['one-http-client', 'the-runner-is-above'],
  ],
  [
    "the runner's HTTP client where the runner is known",
    { 'src/github/a.ts': "import '@actions/http-client'\n" },
    ['one-http-client'],
  ],
  [
    "the runner's HTTP client where it sends assets",
    { 'src/github/send-asset.ts': "import '@actions/http-client'\n" },
    [],
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
]

/** A case's sources, whose names are no other case's, so that one run checks them all. */
function sourcesOf(index: number): Record<string, string> {
  const own = (text: string) => text.replaceAll(/\b([ab])(?=\.ts)/g, `$1${index}`)
  return Object.fromEntries(Object.entries(CASES[index]![1]).map(([path, text]) => [own(path), own(text)]))
}

let folder: string
let violations: { from: string; rule: { name: string } }[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrows-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of CASES.flatMap((_, index) => Object.entries(sourcesOf(index)))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  ;({ violations } = JSON.parse(cruise()).summary)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Checks the sources with the project's rules. It ends with the number of errors. */
function cruise(): string {
  const program = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = ['--config', resolve('.dependency-cruiser.js'), '--output-type', 'json', 'src']
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (!stdout.startsWith('{')) throw new Error(stderr)
  return stdout
}

test.each(CASES.map(([name, , rules], index) => [name, rules, index] as const))('%s', (_, rules, index) => {
  const broken = violations.filter(({ from }) => from in sourcesOf(index)).map(({ rule }) => rule.name)
  expect([...new Set(broken)].sort()).toEqual(rules)
})
