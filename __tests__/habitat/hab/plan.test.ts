import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findPlan, warnOfIgnored } from '../../../src/habitat/hab/plan.ts'
import { silent } from '../../../src/lib/report.ts'
import { failure } from '../reading.ts'
import { TARGET, temporaryFolder } from './fixtures.ts'
import { FURTHER_LAYOUTS, layOut, originOf, SEEN_LAYOUTS } from './layouts.ts'

async function tree(...files: string[]): Promise<string> {
  const folder = await temporaryFolder()
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), 'pkg_origin=acme\n')
  }
  return folder
}

describe('a plan', () => {
  test.each([
    ['.', 'plan.sh', '.', 'plan.sh'],
    ['', 'plan.sh', '.', 'plan.sh'],
    ['.', 'habitat/plan.sh', '.', 'habitat/plan.sh'],
    ['app', 'app/plan.sh', 'app', 'plan.sh'],
    ['./app/', 'app/habitat/plan.sh', 'app', 'habitat/plan.sh'],
    ['app/habitat', 'app/habitat/plan.sh', 'app/habitat', 'plan.sh'],
    ['.', 'x86_64-linux/plan.sh', '.', 'x86_64-linux/plan.sh'],
    ['.', 'habitat/x86_64-linux/plan.sh', '.', 'habitat/x86_64-linux/plan.sh'],
  ])('in %j is %s', async (written, path, folder, file) => {
    const cwd = await tree(path)
    expect(await findPlan(written, cwd, 'x86_64-linux')).toEqual({
      folder,
      file,
      ignored: [],
      origin: 'acme',
    })
  })

  test.each([...SEEN_LAYOUTS, ...FURTHER_LAYOUTS])(
    'of %j is %s, the one that hab loads, and not %j',
    async (files, loads, others) => {
      const cwd = await layOut(files)
      const warnings: string[] = []
      const report = { ...silent, warn: (text: string) => void warnings.push(text) }
      if (loads === undefined) {
        const { code, message } = await failure(findPlan('.', cwd, TARGET))
        const [only, other] = others
        expect(code).toBe(other ? 'PLAN_AMBIGUOUS' : 'PLAN_NOT_FOUND')
        expect(message).toContain(other ? ` has both ${only} and ${other}, ` : ` has ${only}, `)
        expect(message).toMatch(other ? /\. Remove one of them\.$/ : /\. Add a plan\.sh/)
        return
      }
      const plan = await findPlan('.', cwd, TARGET)
      expect(plan).toEqual({ folder: '.', file: loads, ignored: others, origin: originOf(loads) })
      warnOfIgnored(plan, TARGET, report)
      const ignores = `has ${loads}, so hab builds that for ${TARGET} and ignores ${others.join(' and ')}.`
      expect(warnings).toEqual(others.length > 0 ? [expect.stringContaining(ignores)] : [])
    },
  )

  test('may be named by an absolute path', async () => {
    const cwd = await tree('app/plan.sh')
    expect(await findPlan(join(cwd, 'app'), cwd, 'x86_64-linux')).toMatchObject({ folder: 'app' })
  })

  test.each([
    ['pkg_origin=acme', 'acme'],
    ['pkg_name=x\n  pkg_origin="acme-2" # ours', 'acme-2'],
    ["pkg_origin='acme'", 'acme'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell
    ['pkg_origin="${HAB_ORIGIN:-acme}"', undefined],
    ['pkg_origin=$(cat origin)', undefined],
    ['# pkg_origin=acme', undefined],
    ['pkg_name=x', undefined],
  ])('%j has the origin %s', async (text, origin) => {
    const cwd = await tree('plan.sh')
    await writeFile(join(cwd, 'plan.sh'), text)
    expect((await findPlan('.', cwd, 'x86_64-linux')).origin).toBe(origin)
  })

  test.each([
    ['nowhere', ['plan.sh'], 'PLAN_NOT_FOUND', 'does not exist'],
    ['.', ['readme'], 'PLAN_NOT_FOUND', 'neither plan.sh nor habitat/plan.sh'],
    ['.', ['aarch64-linux/plan.sh'], 'PLAN_NOT_FOUND', '"runs-on: ubuntu-24.04-arm"'],
    ['.', ['habitat/aarch64-darwin/plan.sh'], 'PLAN_NOT_FOUND', 'this runner builds for x86_64-linux'],
    ['.', ['plan.ps1'], 'PLAN_NOT_FOUND', 'plan.ps1'],
    ['.', ['habitat/x86_64-windows/plan.ps1'], 'PLAN_NOT_FOUND', 'habitat/x86_64-windows/plan.ps1'],
    ['app', ['app/habitat/plan.ps1'], 'PLAN_NOT_FOUND', 'habitat/plan.ps1'],
    ['plan.sh', ['plan.sh'], 'PLAN_NOT_FOUND', 'is not a folder'],
    ['.', ['plan.sh', 'habitat/plan.sh'], 'PLAN_AMBIGUOUS', 'both plan.sh and habitat/plan.sh'],
    ['my app', ['my app/plan.sh'], 'PLAN_PATH', 'my app'],
    ['$(id)', ['$(id)/plan.sh'], 'PLAN_PATH', '$(id)'],
    ["it's", ["it's/plan.sh"], 'PLAN_PATH', "it's"],
    ['-k', ['-k/plan.sh'], 'PLAN_PATH', '-k'],
    ['a\nb', ['a\nb/plan.sh'], 'PLAN_PATH', 'a\\nb'],
  ])('in %j of %j is an error', async (folder, files, code, words) => {
    const error = await failure(findPlan(folder, await tree(...files), 'x86_64-linux'))
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
    expect(error.message).toContain(JSON.stringify(folder))
  })

  test.each(['../elsewhere', 'link'])('at %s is outside what a build sees', async folder => {
    const cwd = join(await tree('elsewhere/plan.sh', 'here/readme'), 'here')
    await symlink('../elsewhere', join(cwd, 'link'))
    expect((await failure(findPlan(folder, cwd, 'x86_64-linux'))).code).toBe('PLAN_OUTSIDE')
  })
})
