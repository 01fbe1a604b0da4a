import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cannotChroot } from '../testkit/machine.ts'

/** A program that writes 1 MiB into the folder of its argument, and prints how that failed and what it left. */
const program = (file: string, name: string, write: string) => `
  import { readdirSync, writeFileSync } from 'node:fs'
  import { ${name} } from ${JSON.stringify(new URL(`../../src/export/${file}`, import.meta.url))}
  const folder = process.argv[1]
  const failed = await ${write}.catch(error => error)
  console.log(JSON.stringify({ code: failed.code, message: failed.message, left: readdirSync(folder) }))`

const TARBALL = program(
  'staging-folder.ts',
  'withStaging',
  `withStaging(folder, async staging => {
    writeFileSync(staging + '/large', Buffer.alloc(1 << 20))
    return { result: {}, keep: ['large'] }
  })`,
)
const SBOM = program(
  'staging.ts',
  'stageExport',
  `stageExport({ outputDir: process.argv[2], sbom: folder + '/sbom.json' }, async ({ writeSbom }) => {
    await writeSbom(Buffer.alloc(1 << 20))
    return { result: {}, keep: [] }
  })`,
)

const reason = cannotChroot()

test.skipIf(reason).each([
  ['is read-only', 'ro', TARBALL, 'OUTPUT_UNWRITABLE', /cannot be written: .*--output-dir/],
  ['has no room', 'size=64k', TARBALL, 'OUTPUT_FULL', /no room for the tarball in .*ENOSPC.*--output-dir/],
  ['is read-only for the SBOM', 'ro', SBOM, 'OUTPUT_UNWRITABLE', /cannot be written: .*--sbom/],
  [
    'has no room for the SBOM',
    'size=64k',
    SBOM,
    'OUTPUT_FULL',
    /no room for the SBOM in .*-disk: ENOSPC.*--sbom/,
  ],
])(
  `a disk that %s is refused${reason ? ` (SKIPPED: ${reason})` : ''}`,
  (_, options, program, code, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'staging-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const disk = join(folder, 'the-disk')
    mkdirSync(disk)
    // The disk is there for this program alone.
    const mounted = 'mount -t tmpfs -o "$0" tmpfs "$1"; disk=$1 other=$2; shift 2; exec "$@" "$disk" "$other"'
    const node = [process.execPath, '--no-warnings', '--input-type=module', '--eval', program]
    const output = execFileSync('unshare', [
      '--mount',
      'sh',
      '-ec',
      mounted,
      options,
      disk,
      join(folder, 'other'),
      ...node,
    ])
    expect(JSON.parse(output.toString())).toEqual({
      code,
      message: expect.stringMatching(message),
      left: [],
    })
  },
)
