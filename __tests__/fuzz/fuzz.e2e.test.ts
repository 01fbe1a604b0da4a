import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingPrograms } from '../testkit/machine.ts'
import { READERS_NEED } from '../testkit/tar-readers.ts'
import { type FuzzOptions, fuzz, type Report } from './fuzz.ts'
import { targets } from './targets/index.ts'

const keepIn = mkdtempSync(join(tmpdir(), 'fuzz-kept-'))
afterAll(() => rmSync(keepIn, { recursive: true }))

/** Milliseconds for one input, however busy the machine is. */
const PATIENCE = 240_000
const SEED = 20240102

function run(
  module: string,
  names: readonly string[],
  inputs: number,
  options: Partial<FuzzOptions> = {},
): Promise<Report> {
  const { href } = new URL(module, import.meta.url)
  return fuzz({
    module: href,
    names,
    seed: SEED,
    amount: { inputs },
    patience: PATIENCE,
    keepIn,
    ...options,
  })
}

describe('the fuzzer', () => {
  const FAULTS: readonly [name: string, kind: string, words: string][] = [
    ['crash', 'crash', 'x is not a function'],
    ['crash elsewhere', 'crash', 'nobody caught this'],
    ['end of the process', 'crash', 'SIGKILL'],
    ['out of memory', 'crash', 'heap out of memory'],
    ['much memory', 'memory', ' MiB'],
    ['no end', 'hang', 'nothing resolves'],
    ['escape', 'escape', 'y'],
    ['unsound', 'unsound', '1 !== 2'],
    ['a refusal that drives a terminal', 'unsound', 'not match'],
  ]
  let report: Report
  beforeAll(async () => {
    report = await run('faulty.ts', ['sound', ...FAULTS.map(([name]) => name)], 4)
  })

  test('finds nothing where nothing is', () => {
    expect(report.states.get('sound')).toMatchObject({ tried: 4, accepted: 3, findings: [] })
  })

  test.each(FAULTS)('finds %s', (name, kind, words) => {
    expectFinding(report, name, kind, words)
    // The other inputs were tried, even if the process had ended.
    expect(report.states.get(name)!.tried).toBe(4)
  })

  test('measures the memory of each process alone', () => {
    expect(report.states.get('much memory')!.findings).toMatchObject([{ count: 1 }])
  })

  test('finds a hang, and tries the input again that it kept', async () => {
    // Longer than a busy machine takes for the inputs before that one.
    const options = { patience: 8_000 }
    expectFinding(await run('faulty.ts', ['hang'], 3, options), 'hang', 'hang', 'no end after')
  })

  test.skipIf(process.getuid?.() !== 0)('finds an escape that its fence holds', async () => {
    const held = await run('faulty.ts', ['escape that the fence holds'], 3)
    expect(held.fenced).toBe(true)
    expectFinding(held, 'escape that the fence holds', 'escape', 'Cannot be written')
  })

  function expectFinding({ states }: Report, name: string, kind: string, words: string) {
    const { findings } = states.get(name)!
    expect(findings[0]).toMatchObject({ index: 2, kind, details: expect.stringContaining(words) })
    const kept = readdirSync(keepIn).filter(file => file.startsWith(`${name}-${SEED}-2`))
    expect(kept.sort()).toEqual([`${name}-${SEED}-2`, `${name}-${SEED}-2.txt`])
    expect(readFileSync(join(keepIn, `${name}-${SEED}-2`))).toHaveLength(4)
  }
})

describe('what strangers write', () => {
  /** Outcomes that must be among those of each target; otherwise little was tried. */
  const WAYS: Readonly<Record<string, readonly string[]>> = {
    archive: ['read', 'TAR_FORMAT', 'ARCHIVE_UNSAFE', 'METAFILE_INVALID'],
    hart: ['read', 'read as it is', 'HART_FORMAT', 'HART_HASH', 'XZ_FORMAT', 'TAR_FORMAT', 'ARCHIVE_UNSAFE'],
    'hab-release': ['unpacked', 'HAB_ARCHIVE'],
    kept: ['used', 'not used', 'METADATA_INVALID', 'KEPT_PACKAGE_UNUSABLE'],
    image: ['inspected', 'TARBALL_UNREADABLE'],
    metafiles: ['exported', 'METAFILE_INVALID', 'CONFIG_INVALID', 'BINDS_INVALID'],
    configuration: ['exported', 'exported with an override', 'CONFIG_INVALID'],
    app: ['defined', 'deployable', 'APP_INVALID', 'APP_NOT_JSON'],
    builder: ['latest: found', 'metadata: found', 'downloaded', 'key', 'BUILDER_ANSWER', 'BUILDER_CHECKSUM'],
    marathon: ['deploy', 'plan', 'remove', 'status', 'MARATHON_UNEXPECTED'],
    readers: ['read', 'read and written', 'TAR_FORMAT'],
  }
  // So many that this seed gives each way.
  const INPUTS = 60
  const missing = missingPrograms(...READERS_NEED)
  const names = Object.keys(targets).filter(name => name !== 'readers' || missing === undefined)
  let report: Report
  beforeAll(async () => {
    report = await run('targets/index.ts', names, INPUTS)
  })

  for (const [name, ways] of Object.entries(WAYS)) {
    const reason = name === 'readers' ? missing : undefined
    test.skipIf(reason)(`is read or refused: ${name}${reason ? ` (SKIPPED: ${reason})` : ''}`, () => {
      const { tried, findings, outcomes } = report.states.get(name)!
      expect(findings).toEqual([])
      expect(tried).toBe(INPUTS)
      expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...ways]))
    })
  }

  test('has ways for each target', () => {
    expect(Object.keys(WAYS)).toEqual(Object.keys(targets))
  })
})
