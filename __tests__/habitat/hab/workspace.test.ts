import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../../src/habitat/hab/run.ts'
import { makeWorkspace, removeWorkspace } from '../../../src/habitat/hab/workspace.ts'
import { failure } from '../reading.ts'
import { running, temporaryFolder } from './fixtures.ts'

const unused = () => expect.fail('nothing should have been run')

describe('the workspace of a run', () => {
  test('can be entered by its user alone', async () => {
    const temporary = await temporaryFolder()
    const workspace = await makeWorkspace(temporary)
    expect((await stat(workspace.path)).mode & 0o777).toBe(0o700)
    expect(workspace.keys).toBe(join(workspace.home, '.hab/cache/keys'))
    for (const folder of [workspace.keys, workspace.fsRoot]) {
      expect((await stat(folder)).isDirectory()).toBe(true)
    }
  })

  test('is removed with read-only folders and keys, and nothing behind its links', async () => {
    const temporary = await temporaryFolder()
    await mkdir(join(temporary, 'other'))
    await writeFile(join(temporary, 'other/kept'), '')
    const workspace = await makeWorkspace(temporary)
    await writeFile(join(workspace.keys, 'x.sig.key'), 'secret', { mode: 0o400 })
    const inner = join(workspace.fsRoot, 'hab/pkgs/a')
    await mkdir(inner, { recursive: true })
    await symlink(join(temporary, 'other'), join(inner, 'link'))
    await writeFile(join(inner, 'file'), '', { mode: 0o400 })
    for (const path of [inner, join(workspace.fsRoot, 'hab/pkgs')]) await chmod(path, 0o555)
    const options = { temporary, run: unused, env: {}, isRoot: false }
    await removeWorkspace(workspace.path, options)
    expect(await readdir(temporary)).toEqual(['other'])
    expect(await readdir(join(temporary, 'other'))).toEqual(['kept'])
    // Gone already, as after a first attempt.
    await removeWorkspace(workspace.path, options)
  })

  test.each(['/', '/etc', '..', 'other', 'mesosize-x/..', 'mesosize-x/home', ''])(
    'is not %j, which stays',
    async path => {
      const temporary = await temporaryFolder()
      await mkdir(join(temporary, 'other'))
      const options = { temporary, run: unused, env: {}, isRoot: true }
      const error = await failure(removeWorkspace(join(temporary, path), options))
      expect(error.code).toBe('WORKSPACE_LEFT')
      expect(await readdir(temporary)).toEqual(['other'])
    },
  )

  test.skipIf(process.getuid?.() !== 0)(
    'is removed through sudo where a build left things of root',
    async () => {
      const temporary = await temporaryFolder()
      const { path, home } = await makeWorkspace(temporary)
      await mkdir(join(home, '.hab/cache/artifacts'))
      await writeFile(join(home, '.hab/cache/artifacts/x.hart'), '')
      await chmod(temporary, 0o755)
      const before = process.geteuid!()
      const commands: Command[] = []
      const run = async (command: Command) => {
        commands.push(command)
        process.seteuid!(before)
        return running()({ ...command, program: command.args[1]!, args: command.args.slice(2) }, () => {})
      }
      const options = { temporary, run, env: { PATH: process.env.PATH }, isRoot: false }
      await chown(path, 65534, 65534)
      process.seteuid!(65534)
      try {
        await removeWorkspace(path, options)
      } finally {
        process.seteuid!(before)
      }
      expect(commands.map(({ program, args }) => [program, ...args])).toEqual([
        ['sudo', '-n', 'rm', '-rf', '--one-file-system', '--', path],
      ])
      expect(await readdir(temporary)).toEqual([])
    },
  )

  test.skipIf(process.getuid?.() !== 0)('that cannot be removed is reported', async () => {
    const temporary = await temporaryFolder()
    const { path } = await makeWorkspace(temporary)
    await chmod(temporary, 0o755)
    process.seteuid!(65534)
    try {
      const options = { temporary, run: async () => 1, env: {}, isRoot: false }
      const error = await failure(removeWorkspace(path, options))
      expect(error.code).toBe('WORKSPACE_LEFT')
      expect(error.message).toContain(path)
    } finally {
      process.seteuid!(0)
    }
  })
})
