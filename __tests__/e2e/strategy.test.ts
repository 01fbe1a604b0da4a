import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { makePlace, problemsOf, runCli, STAND_INS } from './run-cli.ts'

const OLD = 'acme/web/1.0.0/20240101000000'
const NEW = 'acme/web/2.0.0/20240101000000'

async function exportBoth(...args: string[]) {
  const place = await makePlace()
  const key = originKey('acme')
  await writePublicKey(place.keys, key)
  for (const ident of [OLD, NEW]) {
    await writeHart(place.artifacts, { key, package: { ident, files: { 'hooks/run': '#!/bin/sh\n' } } })
  }
  const folders = ['--artifacts', place.artifacts, '--keys', place.keys]
  return { place, run: await runCli(place, [...args, ...folders, ...STAND_INS]) }
}

test('with a strategy, an image whose newest release is not the exported one is refused', async () => {
  const { place, run } = await exportBoth(OLD, NEW, '--strategy', 'at-once')
  expect(run).toMatchObject({ status: 1, stdout: '' })
  expect(problemsOf(run)).toEqual([expect.stringMatching(`which is ${NEW}, and not ${OLD}\\.`)])
  expect(run.stderr).not.toContain('Packing')
  expect(readdirSync(place.work)).toEqual([])
})

test('the token of an export goes nowhere but to Builder', async () => {
  const token = 'c2VjcmV0LXRva2Vu'
  const { place, run } = await exportBoth(NEW, '--strategy=rolling', '--auth', token)
  expect(run).toMatchObject({ status: 0 })
  expect(run.stderr).toMatch(/^note: The app does not contain this export's Builder token\./m)
  expect(JSON.parse(run.stdout)).toMatchObject({
    cmd: expect.stringMatching(/ --strategy=rolling --channel=base --url=http:\/\/127\.0\.0\.1:1$/),
    labels: { 'mesosize.ident': NEW, 'mesosize.strategy': 'rolling' },
  })
  expect(run.stdout + run.stderr).not.toContain(token)
  expect(readdirSync(place.work)).toEqual(['results'])
})
