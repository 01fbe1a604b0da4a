import { spawnSync } from 'node:child_process'
import {
  chownSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { partialName, sweepPartials } from '../../src/lib/partial.ts'

const RANDOM = '0123456789ab'
const MINUTES = 60
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'partial-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The number of a process that has ended. */
const ended = spawnSync(process.execPath, ['--version']).pid

function age(path: string, minutes: number): void {
  const time = Date.now() / 1000 - minutes * MINUTES
  lutimesSync(path, time, time)
}

/** Makes a file that nobody has touched for some minutes. @returns its name */
function leave(name: string, minutes = 61): string {
  writeFileSync(join(folder, name), '')
  age(join(folder, name), minutes)
  return name
}

async function left(names = /^x\.hart$/): Promise<string[]> {
  await sweepPartials(folder, names)
  return readdirSync(folder)
}

test('names are different each time, and hidden', () => {
  const names = [partialName('x.hart'), partialName('x.hart')]
  expect(new Set(names).size).toBe(2)
  for (const name of names)
    expect(name).toMatch(new RegExp(`^\\.x\\.hart\\.${process.pid}-[0-9a-f]{12}\\.partial$`))
})

describe('what is swept', () => {
  test('a file of a process that has ended, or had the number of this one', async () => {
    leave(`.x.hart.${ended}-${RANDOM}.partial`)
    leave(partialName('x.hart'))
    expect(await left()).toEqual([])
  })

  test('a folder with everything in it', async () => {
    const path = join(folder, partialName('x.hart'))
    mkdirSync(join(path, 'a/b'), { recursive: true })
    writeFileSync(join(path, 'a/b/file'), '')
    age(path, 61)
    expect(await left()).toEqual([])
  })
})

describe('what is left', () => {
  test.each([
    ['what was touched within the hour', () => leave(partialName('x.hart'), 59)],
    ['what is dated in the future', () => leave(partialName('x.hart'), -600)],
    ['that of a process that runs', () => leave(`.x.hart.${process.ppid}-${RANDOM}.partial`)],
    ['that of the first process of the machine', () => leave(`.x.hart.1-${RANDOM}.partial`)],
    ['what was to have another name', () => leave(partialName('y.hart'))],
    ['what only looks similar', () => leave(`.x.hart.${ended}-backup.partial`)],
    ['what has no number', () => leave(`.x.hart.${RANDOM}.partial`)],
    ['what was finished', () => leave('x.hart')],
  ])('%s', async (_, make) => {
    const name = make()
    expect(await left()).toEqual([name])
  })

  test('a link, and what it leads to', async () => {
    mkdirSync(join(folder, 'precious'))
    writeFileSync(join(folder, 'precious/file'), '')
    const link = partialName('x.hart')
    symlinkSync('precious', join(folder, link))
    for (const name of ['precious', link]) age(join(folder, name), 61)
    expect(await left()).toEqual([link, 'precious'].sort())
    expect(readdirSync(join(folder, 'precious'))).toEqual(['file'])
  })

  test('what links in a swept folder lead to', async () => {
    mkdirSync(join(folder, 'precious'))
    writeFileSync(join(folder, 'precious/file'), '')
    const path = join(folder, partialName('x.hart'))
    mkdirSync(path)
    symlinkSync('../precious', join(path, 'link'))
    age(path, 61)
    expect(await left()).toEqual(['precious'])
    expect(readdirSync(join(folder, 'precious'))).toEqual(['file'])
  })

  const notRoot = process.getuid?.() !== 0
  test.skipIf(notRoot)(`what belongs to another user${notRoot ? ' (SKIPPED: not root)' : ''}`, async () => {
    const name = leave(partialName('x.hart'))
    chownSync(join(folder, name), 65534, 65534)
    utimesSync(join(folder, name), 1, 1)
    expect(await left()).toEqual([name])
  })
})

test('a folder that is not there is not an error', async () => {
  await sweepPartials(join(folder, 'missing'), /x/)
  expect(readdirSync(folder)).toEqual([])
})
