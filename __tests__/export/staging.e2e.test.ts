import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cannotChroot } from '../testkit/machine.ts'

/** Writes a file of 1 MiB into the output folder of its argument, and prints how that failed and what it left. */
const PROGRAM = `
  import { readdirSync, writeFileSync } from 'node:fs'
  import { withStaging } from ${JSON.stringify(new URL('../../src/export/staging.ts', import.meta.url))}
  const folder = process.argv[1]
  const failed = await withStaging(folder, async staging => {
    writeFileSync(staging + '/large', Buffer.alloc(1 << 20))
    return { result: {}, keep: ['large'] }
  }).catch(error => error)
  console.log(JSON.stringify({ code: failed.code, message: failed.message, left: readdirSync(folder) }))`

const reason = cannotChroot()

test.skipIf(reason).each([
  ['is read-only', 'ro', 'OUTPUT_UNWRITABLE', /cannot be written: .*--output-dir/],
  ['has no room', 'size=64k', 'OUTPUT_FULL', /no room for the tarball in .*ENOSPC.*--output-dir/],
])(`a disk that %s is refused${reason ? ` (SKIPPED: ${reason})` : ''}`, (_, options, code, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'staging-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // The disk is there for this program alone.
  const mounted = 'mount -t tmpfs -o "$0" tmpfs "$1"; folder=$1; shift; exec "$@" "$folder"'
  const node = [process.execPath, '--no-warnings', '--input-type=module', '--eval', PROGRAM]
  const output = execFileSync('unshare', ['--mount', 'sh', '-ec', mounted, options, folder, ...node])
  expect(JSON.parse(output.toString())).toEqual({
    code,
    message: expect.stringMatching(message),
    left: [],
  })
})
