import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../src/marathon/app/command.ts'
import { appRequest, service, TARBALL_NAME } from './fixtures.ts'

describe('commandLine', () => {
  test.each([
    ['no flags', {}, ''],
    ['the defaults, said aloud', { group: 'default', topology: 'standalone' } as const, ''],
    [
      'all of them',
      {
        group: 'prod',
        topology: 'leader',
        updates: {
          strategy: 'rolling',
          from: { url: 'https://bldr.example.com/x', channel: 'stable' },
          token: true,
        },
        binds: ['db:postgresql.default', 'q:rabbit.x'],
        peers: ['10.0.0.1:9638', 'sup2'],
      } as const,
      ' --group=prod --topology=leader --strategy=rolling --channel=stable --url=https://bldr.example.com/x --bind=db:postgresql.default --bind=q:rabbit.x --peer=10.0.0.1:9638 --peer=sup2',
    ],
    ['a flag that sh would read otherwise', { peers: ['[fd00::1]:9638'] }, " '--peer=[fd00::1]:9638'"],
  ])('%s', (_, request, flags) => {
    expect(commandLine(service().ident, false, appRequest(request))).toBe(
      `tar -xzpf ${TARBALL_NAME} && rm ${TARBALL_NAME} && exec sh ./launch${flags}`,
    )
    const legacy = commandLine(service().ident, false, appRequest({ ...request, legacyUris: true }))
    expect(legacy).toBe(`exec sh ./launch${flags}`)
  })

  test('sh unpacks, removes the tarball, and gives launch each flag whole', () => {
    const sandbox = mkdtempSync(join(tmpdir(), 'mesosize-'))
    try {
      const ident = { origin: 'core', name: 'x', version: '1.0~rc1+b', release: '20240102030405' }
      const name = 'core-x-1.0~rc1+b-20240102030405.tgz'
      writeFileSync(join(sandbox, 'launch'), 'for flag; do echo "$flag"; done\n')
      execFileSync('tar', ['-czf', name, 'launch'], { cwd: sandbox })
      rmSync(join(sandbox, 'launch'))
      const peers = ['[fd00::1]:9638', '$(id)', "it's", 'a b', '*', '#', '~']
      const command = commandLine(ident, false, appRequest({ peers }))
      const output = execFileSync('sh', ['-c', command], { cwd: sandbox })
      expect(output.toString()).toBe(peers.map(peer => `--peer=${peer}\n`).join(''))
      expect(existsSync(join(sandbox, name))).toBe(false)
    } finally {
      rmSync(sandbox, { recursive: true })
    }
  })
})
