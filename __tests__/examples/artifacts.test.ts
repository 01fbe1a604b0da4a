import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExample } from '../../examples/make.ts'
import { readTar } from '../testkit/tar.ts'
import { unxz } from '../testkit/xz.ts'

const examples = join(import.meta.dirname, '../../examples')

let made: string
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'mesosize-example-'))
  await makeExample({ artifactsDir: join(made, 'artifacts'), keysDir: join(made, 'keys') })
})
afterAll(() => rm(made, { recursive: true }))

// The bytes depend on the xz that compressed them; what they unpack to does not.
async function members(path: string) {
  const hart = await readFile(path)
  return readTar(unxz(hart.subarray(hart.indexOf('\n\n') + 2)))
}

test('the committed harts are what `npm run example:make` makes of the trees', async () => {
  const names = await readdir(join(made, 'artifacts'))
  expect(names.length).toBe(5)
  expect(await readdir(join(examples, 'artifacts'))).toEqual(names)
  for (const name of names) {
    expect(await members(join(examples, 'artifacts', name)), name).toEqual(
      await members(join(made, 'artifacts', name)),
    )
  }
})

test('so are the committed keys, and no secret key is among them', async () => {
  const names = await readdir(join(made, 'keys'))
  expect(names).toEqual(['example-20240101000000.pub', 'stand-in-20240101000000.pub'])
  expect(await readdir(join(examples, 'keys'))).toEqual(names)
  for (const name of names) {
    expect(await readFile(join(examples, 'keys', name), 'utf8')).toBe(
      await readFile(join(made, 'keys', name), 'utf8'),
    )
  }
})
