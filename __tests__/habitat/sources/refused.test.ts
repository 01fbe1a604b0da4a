import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { withDependencies } from '../../../src/habitat/package/dependencies.ts'
import { Finder } from '../../../src/habitat/package/finder.ts'
import { openPackages } from '../../../src/habitat/sources/packages.ts'
import type { MesosizeError } from '../../../src/lib/errors.ts'
import { silent } from '../../../src/lib/report.ts'
import { type BuilderServer, startBuilder } from '../../testkit/builder-server.ts'
import { makeHart, writeHart } from '../../testkit/hart.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { packageEntries } from '../../testkit/package-entries.ts'
import { tarOf } from '../../testkit/tar.ts'
import { xz } from '../../testkit/xz.ts'
import { build, request } from '../builds.ts'
import { failure } from '../reading.ts'

const acme = originKey('acme')
const id = 'acme/app/1.0/20240102030405'
const NOWHERE = 'http://127.0.0.1:1'

let root: string
let artifacts: string
let server: BuilderServer
const warn = vi.fn()
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'refused-'))
  artifacts = join(root, 'artifacts')
  await mkdir(artifacts)
  for (const origin of ['acme', 'chef', 'evil']) await writePublicKey(join(root, 'keys'), originKey(origin))
  server = await startBuilder()
  warn.mockReset()
})
afterEach(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

/** What looks for packages, as in a run of the program. */
function sourceAt(url: string) {
  const builder = { url, channel: 'stable' }
  const asked = request({ builder, base: builder, artifacts: [artifacts], keys: [join(root, 'keys')] })
  const source = openPackages(asked, {
    fetch,
    decodeXz,
    report: { ...silent, warn },
    home: root,
    isRoot: false,
    temporary: root,
  })
  return { source, builder }
}

/** Puts a hart where the artifact cache has it. @returns its path */
async function put(hart: Uint8Array, ident = id): Promise<string> {
  const path = join(artifacts, `${ident.replaceAll('/', '-')}-x86_64-linux.hart`)
  await writeFile(path, hart)
  return path
}

const entries = packageEntries({ ident: id, files: { 'hooks/run': '#!/bin/sh\n' } })
const top = entries[0]!.path

const refused: [string, () => Promise<Uint8Array>, RegExp][] = [
  ['that is not a hart', async () => Buffer.from('PK'), /is not a Habitat artifact/],
  ['that is empty', async () => Buffer.alloc(0), /is not a Habitat artifact/],
  [
    'with a signature of another key',
    () => makeHart({ key: { ...originKey('evil'), name: acme.name }, entries }),
    /The signature of .* was not made with the key/,
  ],
  [
    'that was changed',
    () => makeHart({ key: acme, entries, signedHash: '0'.repeat(64) }),
    /the signed hash is/,
  ],
  ['of an unknown key', () => makeHart({ key: originKey('acme', '20990101000000'), entries }), /acme-2099/],
  ['of another origin', () => makeHart({ key: originKey('evil'), entries }), /signed by the origin evil/],
  ['of no xz', () => makeHart({ key: acme, body: Buffer.from('text'.repeat(9)) }), /xz/],
  [
    'that is cut',
    async () => makeHart({ key: acme, body: xz(await tarOf(entries)).subarray(0, 40) }),
    /truncated/,
  ],
  ['of no tar', () => makeHart({ key: acme, tar: Buffer.from('text'.repeat(200)) }), /malformed/],
  [
    'that writes elsewhere',
    () => makeHart({ key: acme, entries: [...entries, { path: '../../etc/passwd' }] }),
    /is refused: .*etc\/passwd/,
  ],
  [
    'with a fifo',
    () => makeHart({ key: acme, entries: [...entries, { path: `${top}/pipe`, type: 'fifo' }] }),
    /pipe.* is a fifo/,
  ],
  [
    'without an ident',
    () => makeHart({ key: acme, entries: entries.filter(({ path }) => path !== `${top}/IDENT`) }),
    /The metafile IDENT/,
  ],
]

/** What has to do with Builder: its address, or what was not found there. */
const NETWORK = /http:\/\/127|in the channel|Builder does not have/

/** The error names the hart and what is wrong with it, before any word about the network. */
function checkExplained({ message }: MesosizeError, path: string, reason: RegExp): void {
  const network = message.search(NETWORK)
  const before = network < 0 ? message : message.slice(0, network)
  expect(before).toContain(path)
  expect(before).toMatch(reason)
  const [, elsewhere] = message.split('\nNo other build was found: ')
  if (elsewhere !== undefined) expect(before).toMatch(/^\/.*\.hart was found, but was refused: /)
}

describe.each(['acme/app', 'acme/app/1.0', id])('asked for as %s, a hart', spec => {
  test.each(refused)('%s is explained where Builder cannot be reached', async (_, make, reason) => {
    const path = await put(await make())
    const { source, builder } = sourceAt(NOWHERE)
    checkExplained(await failure(new Finder(source).find(spec, builder)), path, reason)
  })

  test.each(refused)('%s is explained where Builder does not have it', async (_, make, reason) => {
    const path = await put(await make())
    const { source, builder } = sourceAt(server.url)
    checkExplained(await failure(new Finder(source).find(spec, builder)), path, reason)
  })

  test.each(refused.slice(0, 4))('%s is explained if Builder requires a token', async (_, make, reason) => {
    const path = await put(await make())
    server.fault({ kind: 'status', status: 401, on: /acme/, times: 9 })
    const { source, builder } = sourceAt(server.url)
    checkExplained(await failure(new Finder(source).find(spec, builder)), path, reason)
  })
})

test.each(['acme/app', id])('what comes from Builder instead of %s is used, with one warning', async spec => {
  const path = await put(Buffer.from('damaged'))
  server.add({ ident: id, hart: await makeHart({ key: acme, entries }), channels: ['stable'] })
  const { source, builder } = sourceAt(server.url)
  const found = await new Finder(source).find(spec, builder)
  expect(found.package.metadata.runnable).toBe(true)
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(path))
})

test('an older hart that is sound is used, with a warning', async () => {
  const path = await put(Buffer.from('damaged'), 'acme/app/2.0/20240102030405')
  await put(await makeHart({ key: acme, entries }))
  const { source, builder } = sourceAt(NOWHERE)
  const found = await new Finder(source).find('acme/app', builder)
  expect(found.package.metadata.ident.version).toBe('1.0')
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(path))
})

test('of several, each is explained, but not too many', async () => {
  const versions = ['1.0', '1.1', '1.2', '1.3', '1.4']
  const paths: string[] = []
  const { source, builder } = sourceAt(NOWHERE)
  const message = async () => (await failure(new Finder(source).find('acme/app', builder))).message
  for (const version of versions.slice(0, 2)) {
    paths.push(await put(Buffer.from('damaged'), `acme/app/${version}/20240102030405`))
  }
  const two = await message()
  for (const path of paths) expect(two).toContain(`${path} was found, but was refused: `)
  for (const version of versions.slice(2)) {
    paths.push(await put(Buffer.from('damaged'), `acme/app/${version}/20240102030405`))
  }
  const five = await message()
  expect(five.match(/was found, but was refused/g)).toHaveLength(3)
  expect(five).toContain('So were 2 more')
  for (const path of paths) expect(warn.mock.calls.flat().join('\n')).toContain(path)
})

test('a hart of another package is not mentioned', async () => {
  await put(Buffer.from('damaged'), 'acme/other/1.0/20240102030405')
  await put(Buffer.from('damaged'), 'acme/app/2.0/20240102030405')
  const { source, builder } = sourceAt(NOWHERE)
  await failure(new Finder(source).find('acme/other', builder))
  const error = await failure(new Finder(source).find('acme/app/1.0', builder))
  expect(error.message).not.toContain('was found')
})

test.each(refused)("a dependency's hart %s is explained", async (_, make, reason) => {
  const path = await put(await make())
  const { source, builder } = sourceAt(NOWHERE)
  const dependent = build('acme/web/1.0/20240102030405', { deps: [build(id).metadata.ident] })
  const error = await failure(withDependencies([{ package: dependent, from: builder }], source, silent))
  checkExplained(error, path, reason)
})

test("a hart of hab's own is explained, under whichever name it was looked for", async () => {
  const path = await put(Buffer.from('damaged'), 'chef/hab-sup/2.0/20240102030405')
  const names = ['chef/hab-sup', 'core/hab-sup']
  const notThere = sourceAt(server.url)
  checkExplained(
    await failure(new Finder(notThere.source).findFirst(names, notThere.builder)),
    path,
    /is not a Habitat artifact/,
  )
  // Only the second is asked for in vain.
  server.fault({ kind: 'status', status: 403, on: /core/, times: 9 })
  const forbidden = sourceAt(server.url)
  const error = await failure(new Finder(forbidden.source).findFirst(names, forbidden.builder))
  checkExplained(error, path, /is not a Habitat artifact/)
  expect(error.code).toBe('BUILDER_TOKEN')
  await writeHart(artifacts, {
    key: originKey('chef'),
    package: { ident: 'chef/hab-sup/1.0/20240102030405', files: { 'bin/hab-sup': '' } },
  })
  const sound = sourceAt(NOWHERE)
  expect((await new Finder(sound.source).findFirst(names, sound.builder)).found.source).toBe('artifact cache')
})
