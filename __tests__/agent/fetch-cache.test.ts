import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FetchCache } from '../../src/agent/fetch-cache.ts'
import { missingPrograms } from '../testkit/machine.ts'

async function makeCache() {
  const folder = await mkdtemp(join(tmpdir(), 'mesosize-fetched-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return new FetchCache(join(folder, 'fetched'))
}

test('what was fetched is kept', async () => {
  const cache = await makeCache()
  const path = await cache.get('key', to => writeFile(to, 'first'))
  expect(await cache.get('key', to => writeFile(to, 'second'))).toBe(path)
  expect(await readFile(path, 'utf8')).toBe('first')
})

test.skipIf(missingPrograms('mkfifo'))('a named pipe in its place is replaced', async () => {
  const cache = await makeCache()
  const path = await cache.get('key', to => writeFile(to, 'first'))
  await rm(path)
  execFileSync('mkfifo', [path])
  expect(await cache.get('key', to => writeFile(to, 'second'))).toBe(path)
  expect(await readFile(path, 'utf8')).toBe('second')
})
