import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// undici 7.26 to 7.30 fails with an exception that nothing can catch (`assert(!this.paused)` in client-h1.js). Whether it
// does depends on the order of events, so there are several downloads.
test('a server that closes its connections may be faster than whoever reads', async () => {
  const program = join(import.meta.dirname, 'closing-server-process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: { ...process.env, no_proxy: '*' },
  })
  expect(stdout).toBe('12 of 12\n')
})
