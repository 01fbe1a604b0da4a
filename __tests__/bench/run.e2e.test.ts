import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingPrograms } from '../testkit/machine.ts'

const RUN = join(import.meta.dirname, '../../bench/run.ts')
const reason =
  missingPrograms('tar', 'xz', 'bash') ?? (existsSync('/usr/bin/time') ? undefined : 'needs GNU time')

describe.skipIf(reason)(`a run on a small tree${reason ? ` (SKIPPED: ${reason})` : ''}`, () => {
  let folder: string
  let status: number | null
  let stdout: string
  let stderr: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'))
    const small = ['--size', '2', '--packages', '3', '--rounds', '1']
    const folders = ['--work', join(folder, 'work'), '--results', join(folder, 'results')]
    const run = spawnSync(process.execPath, [RUN, 'installed', 'harts', 'layers', ...small, ...folders], {
      encoding: 'utf8',
    })
    ;({ status, stdout, stderr } = run)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('ends well, unless the machine was busy', () => {
    const busy = /^Not valid, because the machine was busy: /m.test(stderr)
    expect({ status, stderr }).toMatchObject({ status: busy ? 1 : 0 })
    for (const mode of ['installed', 'harts', 'layers']) {
      expect(stdout).toContain(readFileSync(join(folder, `results/${mode}.md`), 'utf8'))
    }
    expect(stdout).toContain(readFileSync(join(folder, 'results/summary.md'), 'utf8'))
  })

  test.each([
    ['installed', 'Mesosize', 'tar -czf'],
    ['harts', 'Mesosize, from harts', 'xz -dc \\| tar -x per hart; tar -czf'],
  ])('of %s measures every variant', (mode, name, against) => {
    const results = JSON.parse(readFileSync(join(folder, `results/${mode}.json`), 'utf8'))
    for (const { rounds } of results.outcomes) {
      expect(rounds).toHaveLength(1)
      for (const { wall, cpu, peak, size } of rounds) {
        expect(wall).toBeGreaterThan(0)
        expect(cpu).toBeGreaterThan(0)
        expect(peak).toBeGreaterThan(1e6)
        expect(size).toBeGreaterThan(100_000)
      }
    }
    const summary = results.summary.find((each: { name: string }) => each.name === name)
    expect(summary.speed).toBeGreaterThan(0)
    expect(summary.relativeSize).toBeGreaterThan(0.8)
    expect(summary.relativeSize).toBeLessThan(1.2)
    expect(results.outcomes.map((each: { name: string }) => each.name)).toContain(against)
  })

  test('of layers counts the bytes that are new', () => {
    const { deployments } = JSON.parse(readFileSync(join(folder, 'results/layers.json'), 'utf8'))
    const found = (name: string) => deployments.find((each: { name: string }) => each.name === name)
    const whole = found('one tarball, the service rebuilt')
    expect(whole).toMatchObject({ files: 1, added: whole.total })
    // The generated files and the service; the 3 packages and Habitat's own stay.
    const rebuilt = found('`--layers=package`, the service rebuilt')
    expect(rebuilt.files).toBe(1 + 1 + 3 + 4)
    expect(rebuilt.added).toBeLessThan(whole.added / 10)
    expect(found('`--layers`, the service rebuilt')).toMatchObject({ files: 2 })
    expect(found('`--layers=package`, a dependency too').added).toBeGreaterThan(rebuilt.added)
    expect(readFileSync(join(folder, 'results/layers.md'), 'utf8')).toContain(
      `| one tarball, a dependency too | 1 | ${(whole.total / 1e6).toFixed(1)} MB |`,
    )
  })

  test('leaves nothing but its trees and its results', () => {
    expect(readdirSync(folder).sort()).toEqual(['results', 'work'])
  })
})

test('an unknown mode is refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [RUN, 'fast'], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('Unknown mode fast')
})
