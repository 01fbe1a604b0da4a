import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Staging, stageExport } from '../../src/export/staging.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staging-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const work = async ({ folder, writeSbom }: Staging) => {
  const path = await writeSbom!(Buffer.from('sbom'))
  expect(readFileSync(path, 'utf8')).toBe('sbom')
  for (const name of ['image', 'app']) writeFileSync(join(folder, name), name)
  return { result: 'result', keep: ['image', 'app'] }
}

test('an export has its files put in place together, the SBOM in a folder of its own', async () => {
  const outputDir = join(folder, 'a')
  const request = { outputDir, sbom: join(folder, 'b/c/sbom.json') }
  const before = async (staging: Staging) => {
    const staged = await work(staging)
    expect(readdirSync(outputDir)).toHaveLength(1)
    expect(readdirSync(join(folder, 'b/c'))).not.toContain('sbom.json')
    return staged
  }
  expect(await stageExport(request, before)).toBe('result')
  expect(readdirSync(outputDir).sort()).toEqual(['app', 'image'])
  expect(readdirSync(join(folder, 'b/c'))).toEqual(['sbom.json'])
  expect(readFileSync(request.sbom, 'utf8')).toBe('sbom')
})

test('an export without an SBOM writes none', async () => {
  const keep = async ({ folder, writeSbom }: Staging) => {
    expect(writeSbom).toBeUndefined()
    writeFileSync(join(folder, 'image'), '')
    return { result: undefined, keep: ['image'] }
  }
  await stageExport({ outputDir: folder }, keep)
  expect(readdirSync(folder)).toEqual(['image'])
})

test.each([
  ['in the same folder', 'a', 'a/sbom.json'],
  ['in different folders', 'a', 'b/sbom.json'],
])('an export that fails leaves neither its image nor its SBOM, %s', async (_, output, sbom) => {
  const request = { outputDir: join(folder, output), sbom: join(folder, sbom) }
  const failing = async (staging: Staging) => {
    await work(staging)
    throw new Error('failed')
  }
  await expect(stageExport(request, failing)).rejects.toThrow('failed')
  expect(readdirSync(folder)).toEqual([])
})

test('an export is refused before any work if its SBOM cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '')
  let worked = false
  const note = async (staging: Staging) => {
    worked = true
    return work(staging)
  }
  const request = { outputDir: join(folder, 'a'), sbom: join(folder, 'file/sbom.json') }
  await expect(stageExport(request, note)).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringMatching(/file cannot be written: .*--sbom/),
  })
  expect(worked).toBe(false)
  expect(readdirSync(folder)).toEqual(['file'])
})
