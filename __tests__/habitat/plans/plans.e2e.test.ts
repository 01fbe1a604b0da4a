import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listPlans, type PlansRequest } from '../../../src/habitat/plans/plans.ts'
import { missingPrograms } from '../../testkit/machine.ts'

type Files = Record<string, string>

/** A plan of acme. */
function plan(name: string, deps = ''): string {
  return `pkg_name=${name}\npkg_origin=acme\npkg_version=1.0\npkg_deps=(core/glibc ${deps})\n`
}

function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function folder(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'plans-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  write(root, files)
  return root
}

async function list(root: string, request: Partial<PlansRequest> = {}) {
  return listPlans(root, { target: 'x86_64-linux', ...request })
}

async function foldersOf(root: string, request: Partial<PlansRequest> = {}): Promise<string[]> {
  return (await list(root, request)).plans.map(plan => plan.folder)
}

describe('plans are found', () => {
  test('wherever hab looks for them, and nowhere else', async () => {
    const root = folder({
      'a/plan.sh': plan('a'),
      'b/habitat/plan.sh': plan('b'),
      'c/x86_64-linux/plan.sh': plan('c'),
      'd/habitat/x86_64-linux/plan.sh': plan('d'),
      'd/habitat/plan.sh': plan('d-other'),
      'habitat/plan.sh': plan('top'),
      'node_modules/x/plan.sh': plan('x'),
      '.git/plan.sh': plan('x'),
      'results/plan.sh': plan('x'),
      'e/plan.sh.bak': plan('x'),
    })
    expect((await list(root)).plans).toMatchObject([
      { folder: '.', file: 'habitat/plan.sh', origin: 'acme', name: 'top' },
      { folder: 'a', file: 'plan.sh', name: 'a' },
      { folder: 'b', file: 'habitat/plan.sh', name: 'b' },
      { folder: 'c', file: 'x86_64-linux/plan.sh', name: 'c' },
      { folder: 'd', file: 'habitat/x86_64-linux/plan.sh', name: 'd' },
    ])
  })

  test('for the target', async () => {
    const root = folder({
      'arm/aarch64-linux/plan.sh': plan('arm'),
      'old/x86_64-linux-kernel2/plan.sh': plan('old'),
      'win/plan.ps1': '$pkg_name="win"',
      'any/plan.sh': plan('any'),
    })
    const { plans, skipped } = await list(root)
    expect(plans.map(each => each.folder)).toEqual(['any'])
    expect(skipped).toEqual([
      expect.stringContaining('"arm" has aarch64-linux/plan.sh, which is for another target'),
      expect.stringContaining('"old" has x86_64-linux-kernel2/plan.sh, which is for another target'),
      expect.stringContaining('"win" has plan.ps1, which is a plan for Windows'),
    ])
    expect(await foldersOf(root, { target: 'aarch64-linux' })).toEqual(['any', 'arm'])
    expect(await foldersOf(root, { target: 'x86_64-linux-kernel2' })).toEqual(['any', 'old'])
  })

  test('but not two for one folder: all such folders are reported', async () => {
    const both = { 'plan.sh': plan('x'), 'habitat/plan.sh': plan('x') }
    const files = Object.entries(both).flatMap(([path, text]) => [
      [`a/${path}`, text],
      [`b/${path}`, text],
    ])
    await expect(list(folder(Object.fromEntries(files)))).rejects.toThrow(/"a" has both .*"b" has both /s)
  })

  test('nowhere', async () => {
    expect(await list(folder({}))).toEqual({ plans: [], skipped: [] })
  })
})

describe('what a plan says about itself', () => {
  test.each<[about: string, text: string, expected: object]>([
    ['quotes', `pkg_name="web"\npkg_origin='acme'`, { name: 'web', origin: 'acme' }],
    ['variables', `_base=we\nexport pkg_origin=acme\npkg_name="\${_base}b"`, { name: 'web', origin: 'acme' }],
    ['appended text', 'pkg_name=we\npkg_name+=b', { name: 'web' }],
    ['the last name', 'pkg_name=old\npkg_name=web # new', { name: 'web' }],
    ['no origin', 'pkg_name=web', { name: 'web', origin: 'of-run' }],
    ['no name', 'pkg_origin=acme', { name: undefined, unread: [] }],
    [
      'a computed name',
      'pkg_name="$(cat name)"',
      { name: undefined, unread: ['"\\"$(cat name)\\"" in pkg_name'] },
    ],
    ['dependencies', 'pkg_deps=(acme/lib)', { dependsOn: ['lib'] }],
    ['of a build', 'pkg_build_deps=(\n  core/gcc # for C\n  acme/lib/1.0\n)', { dependsOn: ['lib'] }],
    ['added', 'pkg_deps=(core/glibc)\npkg_deps+=(acme/lib)', { dependsOn: ['lib'] }],
    ['in a condition', 'if true; then\n  pkg_deps+=("acme/lib")\nfi', { dependsOn: ['lib'] }],
    ['declared', 'declare -a pkg_deps=(acme/lib)', { dependsOn: ['lib'] }],
    ['scaffolding', 'pkg_scaffolding="acme/lib"', { dependsOn: ['lib'] }],
    ['by variables', 'pkg_origin=acme\npkg_deps=($pkg_origin/lib)', { dependsOn: ['lib'] }],
    ['not itself', 'pkg_origin=acme\npkg_name=web\npkg_build_deps=(acme/web)', { dependsOn: [] }],
    ['not in comments', '# pkg_deps=(acme/lib)\npkg_deps=(core/x # acme/lib\n)', { dependsOn: [] }],
    ['not of another origin', 'pkg_deps=(core/lib)', { dependsOn: [] }],
    [
      'what is computed',
      `pkg_deps=("\${more[@]}" acme/lib $(cat deps))`,
      { dependsOn: ['lib'], unread: [`"\\"\${more[@]}\\"" in pkg_deps`, '"$(cat deps)" in pkg_deps'] },
    ],
    ['what it sources', 'source ../common.sh', { dependsOn: ['lib'], unread: [] }],
    ['with the dot', '. "$PLAN_CONTEXT/../common.sh"', { dependsOn: ['lib'], unread: [] }],
    [
      'and cannot',
      'source "$(dirname $0)/x.sh"',
      { unread: ['what it sources from "\\"$(dirname $0)/x.sh\\""'] },
    ],
    ['nor outside', 'source ../../x.sh', { unread: ['what it sources from "../../x.sh"'] }],
    ['nor missing', 'source ../none.sh', { unread: ['none.sh'] }],
    ['in a circle', 'source plan.sh\npkg_deps=(acme/lib)', { dependsOn: ['lib'], unread: [] }],
  ])('%s', async (_, text, expected) => {
    const root = folder({
      'web/plan.sh': `${text}\n`,
      'lib/plan.sh': plan('lib'),
      'common.sh': 'pkg_deps+=(acme/lib)\n',
    })
    const { plans } = await list(root, { origin: 'of-run' })
    expect(plans.find(each => each.folder === 'web')).toMatchObject(expected)
  })

  test.each<[about: string, text: string, expected: object]>([
    [
      'a value that doubles in each line',
      `a=xxxxxxxx\n${'a=$a$a\n'.repeat(60)}pkg_name=$a`,
      { name: undefined, unread: ['"$a" in pkg_name'] },
    ],
    ['deep nesting', `a=${'"$('.repeat(30_000)}`, { unread: [] }],
    ['many quotes that are never closed', `${'a=$(\n'.repeat(20_000)}pkg_name=web`, { name: 'web' }],
    ['a file that is too large', `pkg_name=web\n${' '.repeat(300 << 10)}`, { unread: ['web/plan.sh'] }],
    ['a device', 'source ../zero', { unread: ['zero'] }],
    ['a file elsewhere', 'source ../elsewhere', { unread: ['elsewhere'] }],
  ])('cannot harm: %s', async (_, text, expected) => {
    const root = folder({ 'web/plan.sh': text })
    const outside = folder({ 'x.sh': 'pkg_name=outside' })
    symlinkSync('/dev/zero', join(root, 'zero'))
    symlinkSync(join(outside, 'x.sh'), join(root, 'elsewhere'))
    expect((await list(root)).plans).toMatchObject([expected])
  })

  test('is not run', async () => {
    const root = folder({ 'web/plan.sh': 'touch ran\npkg_name=$(touch ran)`touch ran`\n' })
    await list(root)
    expect(await foldersOf(root)).toEqual(['web'])
    expect(() => rmSync(join(root, 'web/ran'))).toThrow('ENOENT')
    expect(() => rmSync(join(root, 'ran'))).toThrow('ENOENT')
  })
})

test('a plan comes after those that it depends on', async () => {
  const root = folder({
    'a/plan.sh': plan('a', 'acme/z acme/b'),
    'b/plan.sh': plan('b', 'acme/c'),
    'c/plan.sh': plan('c'),
    'z/plan.sh': plan('z', 'acme/b'),
  })
  expect(await foldersOf(root)).toEqual(['c', 'b', 'z', 'a'])
})

test('plans that depend on each other are reported', async () => {
  const root = folder({
    'a/plan.sh': plan('a', 'acme/b'),
    'b/plan.sh': plan('b', 'acme/c'),
    'c/plan.sh': plan('c', 'acme/b'),
  })
  await expect(list(root)).rejects.toThrow('in a circle: b -> c -> b.')
})

const noGit = missingPrograms('git')
describe.skipIf(noGit)(`what has changed (${noGit ?? 'git'})`, () => {
  /** A command of git, which reads no configuration of this machine. */
  function git(root: string, ...args: string[]): string {
    const env = {
      ...{ PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a' },
    }
    return execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  function commit(root: string, files: Files): void {
    write(root, files)
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', '--allow-empty', '-m', 'x')
  }

  /** Five plans, two of which depend on a third. */
  function repository(): string {
    const root = folder({})
    git(root, 'init', '--quiet', '--initial-branch', 'main')
    commit(root, {
      'README.md': 'x',
      'common.sh': 'pkg_license=(x)\n',
      'libs/base/plan.sh': plan('base'),
      'libs/base/größe.txt': 'x',
      'services/api/habitat/plan.sh': plan('api', 'acme/base'),
      'services/api/src/main.c': 'x',
      'services/web/plan.sh': plan('web', 'acme/api'),
      'services/cron/plan.sh': `source ../../common.sh\n${plan('cron')}`,
      'tools/plan.sh': plan('tools'),
    })
    git(root, 'checkout', '--quiet', '-b', 'work')
    return root
  }

  test.each<[about: string, files: Files, listed: [folder: string, changed: boolean][]]>([
    ['nothing', {}, []],
    ['what belongs to no plan', { 'README.md': 'y' }, []],
    ['a plan', { 'tools/plan.sh': plan('tools', 'core/x') }, [['tools', true]]],
    [
      'a file beside habitat',
      { 'services/api/src/main.c': 'y' },
      [
        ['services/api', true],
        ['services/web', false],
      ],
    ],
    [
      'a file with an unusual name',
      { 'libs/base/größe.txt': 'y', 'libs/base/a\n"b': 'x' },
      [
        ['libs/base', true],
        ['services/api', false],
        ['services/web', false],
      ],
    ],
    ['a file that is sourced', { 'common.sh': 'x=1\n' }, [['services/cron', true]]],
    ['a new plan', { 'new/plan.sh': plan('new', 'acme/web') }, [['new', true]]],
    [
      'two',
      { 'services/web/x': 'y', 'tools/x': 'y' },
      [
        ['services/web', true],
        ['tools', true],
      ],
    ],
  ])('%s', async (_, files, listed) => {
    const root = repository()
    commit(root, files)
    const { plans } = await list(root, { changedSince: 'main' })
    expect(plans.map(each => [each.folder, each.changed])).toEqual(listed)
  })

  test('not on the other side, since the histories parted', async () => {
    const root = repository()
    commit(root, { 'tools/x': 'y' })
    git(root, 'checkout', '--quiet', 'main')
    commit(root, { 'services/web/x': 'y' })
    git(root, 'checkout', '--quiet', 'work')
    expect(await foldersOf(root, { changedSince: 'main' })).toEqual(['tools'])
  })

  test('also a file that was moved away or deleted', async () => {
    const root = repository()
    renameSync(join(root, 'services/api/src/main.c'), join(root, 'tools/main.c'))
    rmSync(join(root, 'libs/base/größe.txt'))
    commit(root, {})
    expect(await foldersOf(root, { changedSince: 'main' })).toEqual([
      'libs/base',
      'services/api',
      'services/web',
      'tools',
    ])
  })

  test('below a folder of the repository', async () => {
    const root = repository()
    commit(root, { 'services/api/x': 'y', 'common.sh': 'x=1\n', 'tools/x': 'y' })
    expect(await foldersOf(join(root, 'services'), { changedSince: 'main' })).toEqual(['api', 'web'])
  })

  test.each<[about: string, ref: string, problem: RegExp]>([
    [
      'no such branch',
      'none',
      /^--changed-since: "none" is not a commit in this repository\. Check the name, or fetch it\.$/,
    ],
    ['an option', '--output=x', /^--changed-since: "--output=x" is not a commit/],
    ['nothing', '', /^--changed-since: "" is not a commit/],
    [
      'the push of a new branch',
      '0'.repeat(40),
      /stands for "no commit", as before the first push of a branch/,
    ],
  ])('since %s is an error', async (_, changedSince, problem) => {
    await expect(list(repository(), { changedSince })).rejects.toThrow(problem)
  })

  test('cannot be told in a shallow clone, whose cure is named', async () => {
    const root = repository()
    commit(root, { 'tools/x': 'y' })
    const clone = folder({})
    git(clone, 'clone', '--quiet', '--depth=1', '--no-single-branch', `file://${root}`, '.')
    await expect(list(clone, { changedSince: 'origin/main' })).rejects.toThrow(
      /"origin\/main" and HEAD have no common commit in this repository\. The clone is shallow\. Write fetch-depth: 0/,
    )
    await expect(list(clone, { changedSince: 'none' })).rejects.toThrow(/is not a commit .* fetch-depth: 0/)
  })

  test('cannot be told outside of a repository', async () => {
    const root = folder({ 'a/plan.sh': plan('a') })
    await expect(list(root, { changedSince: 'main' })).rejects.toThrow(
      /^--changed-since: git cannot read a repository here: ".*not a git repository.*"\. Run it in a checkout, as its owner\.$/,
    )
  })

  test('in a file to which a sourced link leads', async () => {
    const root = repository()
    symlinkSync('common.sh', join(root, 'link.sh'))
    commit(root, { 'tools/plan.sh': `source ../link.sh\n${plan('tools')}` })
    git(root, 'branch', '--force', 'main')
    commit(root, { 'common.sh': 'x=1\n' })
    expect(await foldersOf(root, { changedSince: 'main' })).toEqual(['services/cron', 'tools'])
  })

  test('in a submodule with plans, or in a plan that is one', async () => {
    const root = repository()
    const module = folder({})
    git(module, 'init', '--quiet')
    commit(module, { 'plan.sh': plan('whole'), 'part/plan.sh': plan('part') })
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', module, 'module')
    commit(root, {})
    git(root, 'branch', '--force', 'main')
    commit(join(root, 'module'), { x: 'y' })
    commit(root, {})
    git(root, 'config', 'diff.ignoreSubmodules', 'all')
    expect(await foldersOf(root, { changedSince: 'main' })).toEqual(['module', 'module/part'])
  })

  test('whatever is configured, and whatever folders and branches are called', async () => {
    const root = repository()
    commit(root, { ' a/b/plan.sh': plan('b') })
    git(root, 'config', 'diff.relative', 'true')
    git(root, 'update-ref', 'refs/heads/--all', 'main')
    expect(await foldersOf(join(root, ' a'), { changedSince: '--all' })).toEqual(['b'])
  })
})
