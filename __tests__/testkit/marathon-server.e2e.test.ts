import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startMarathon } from './marathon-server.ts'
import type { MarathonVersion } from './marathon-server-rules.ts'

/** Not another one that may be before it in PATH, and does not see Debian's packages. */
const PYTHON = '/usr/bin/python3'

const missing =
  existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import marathon']).status === 0
    ? undefined
    : "needs Debian's python3-marathon"

describe.skipIf(missing)(
  `python-marathon against the stand-in for Marathon${missing ? ` (SKIPPED: ${missing})` : ''}`,
  () => {
    test.each<{ version: MarathonVersion; prefix?: string; basic?: boolean }>([
      { version: '1.4', basic: true },
      { version: '1.5' },
      { version: '1.10', prefix: '/service/marathon' },
    ])('Marathon $version', async ({ version, prefix, basic }) => {
      const auth = { kind: 'basic', user: 'ci', password: 'pw' } as const
      const server = await startMarathon({ version, prefix, auth: basic ? auth : undefined, pace: 30 })
      try {
        const script = join(import.meta.dirname, 'python-marathon-check.py')
        const args = [script, server.url, ...(basic ? [auth.user, auth.password] : [])]
        const { stdout } = await promisify(execFile)(PYTHON, args)
        expect(stdout).toContain('python-marathon is content')
      } finally {
        await server.close()
      }
    })
  },
)
