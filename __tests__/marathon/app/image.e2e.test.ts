import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../../../src/lib/report.ts'
import { defineApp } from '../../../src/marathon/app/app.ts'
import { commandLine } from '../../../src/marathon/app/command.ts'
import { type AppImage, fetchFields } from '../../../src/marathon/app/image.ts'
import { BUSYBOX, missingPrograms, programPath } from '../../testkit/machine.ts'
import { appRequest, image, listener, service, TARBALL_NAME, tarball } from './fixtures.ts'

const GIB = 2 ** 30
const { ident } = service()

function layered(sizes: readonly number[]): AppImage {
  const tarballs = sizes.map((size, index) => ({
    ...{ isLayer: true, size, sha256: '', location: { uri: `https://files.example.com/${index}.tgz` } },
  }))
  return { ...image, tarballs }
}

interface Fetched {
  uri: string
  destPath: string
}

function fetched(count: number): Fetched[] {
  const { fetch } = fetchFields(layered(Array(count).fill(1)), ident, appRequest(), silent)
  return fetch as unknown as Fetched[]
}

describe('what the agent fetches', () => {
  test('of one tarball is never taken from its cache', () => {
    const { uri } = tarball().location
    expect(fetchFields(image, ident, appRequest(), silent)).toEqual({
      fetch: [{ uri, extract: false, destPath: TARBALL_NAME }],
    })
  })

  test('of layers is kept in its cache, and left packed', () => {
    expect(fetchFields(layered([1, 2]), ident, appRequest(), silent)).toEqual({
      fetch: [
        { uri: 'https://files.example.com/0.tgz', extract: false, cache: true, destPath: 'layer-000.tgz' },
        { uri: 'https://files.example.com/1.tgz', extract: false, cache: true, destPath: 'layer-001.tgz' },
      ],
    })
  })

  test.each([1, 2, 11, 101, 150])('has names that sort as the %i layers stand', count => {
    const names = fetched(count).map(({ destPath }) => destPath)
    expect(new Set(names).size).toBe(count)
    for (const LC_ALL of ['C', 'C.UTF-8']) {
      const sorted = execFileSync('sort', {
        input: names.toReversed().join('\n'),
        env: { ...process.env, LC_ALL },
      })
      expect(sorted.toString().trimEnd().split('\n')).toEqual(names)
    }
  })

  test.each([
    ['hdfs://nn/0.tgz', [/^Agents fetch hdfs:\/\/ URIs with the program hadoop: /]],
    ['S3A://bucket/0.tgz', [/^Agents fetch s3a:\/\/ /]],
    ...['https://h/0.tgz', 'ftp://h/0.tgz', 'file:///srv/0.tgz', '/srv/0.tgz'].map(uri => [uri, []] as const),
  ] as const)('of %s needs a note or none', (uri, notes) => {
    const report = listener()
    const tarballs = layered([1, 2]).tarballs.map((each, n) => ({
      ...each,
      location: { uri: `${uri}?${n}` },
    }))
    fetchFields({ ...image, tarballs }, ident, appRequest(), report)
    expect(report.notes).toEqual(notes.map(note => expect.stringMatching(note)))
  })

  test('of one URI twice is refused', () => {
    const { tarballs } = layered([1, 2, 3])
    const twice = { ...image, tarballs: [...tarballs, { ...tarballs[1]!, size: 9 }] }
    expect(() => fetchFields(twice, ident, appRequest(), silent)).toThrow(
      expect.objectContaining({
        code: 'LAYER_URIS',
        message: expect.stringMatching(/"https:\/\/files\.example\.com\/1\.tgz"\. .*\{file\} or \{sha256\}/),
      }),
    )
  })

  test.each<[string, number[], boolean]>([
    ['a little', [1, 2, 3], false],
    ['as much as the cache holds', [GIB, GIB - 1, 1], false],
    ['a byte more', [GIB, GIB, 1], true],
    ['much more, in one of them', [5 * GIB], true],
  ])('and is %s', (_, sizes, warned) => {
    const report = listener()
    fetchFields(layered(sizes), ident, appRequest(), report)
    expect(report.warnings).toEqual(
      warned ? [expect.stringMatching(/ GiB together, more than the 2 GiB .*--fetcher_cache_size/)] : [],
    )
    expect(report.notes).toEqual([])
  })
})

test('the app definition of layers', () => {
  const app = defineApp(service(), layered([1, 2, 3]), appRequest({ peers: ['10.0.0.1'] }), silent)
  expect(app).toMatchObject({
    cmd: 'for layer in layer-*.tgz; do tar -xzpf $layer && rm $layer || exit; done && exec sh ./launch --peer=10.0.0.1',
    fetch: [{ destPath: 'layer-000.tgz' }, { destPath: 'layer-001.tgz' }, { destPath: 'layer-002.tgz' }],
    labels: { 'mesosize.layers': '3', 'mesosize.channel': 'stable' },
  })
  expect(app).not.toHaveProperty('uris')
  expect(app.labels).not.toHaveProperty(['mesosize.sha256'])
})

const missing = missingPrograms('dash', 'busybox', 'tar', 'bsdtar', 'gzip', 'rm')

describe.skipIf(missing)(`the command of layers${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  const COUNT = 12
  const files = fetched(COUNT).map(({ destPath }) => destPath)
  const command = commandLine(ident, true, appRequest({ peers: ['[fd00::1]'] }))

  let root: string
  /** Holds a layer for each of the names. */
  let layers: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'image-'))
    layers = join(root, 'layers')
    mkdirSync(layers)
    for (const [index, name] of files.entries()) {
      const content = join(root, `content-${index}`)
      mkdirSync(content)
      // What two neighbours have tells which of them came last. A large file, so that it can be torn.
      for (const pair of [index, index + 1]) writeFileSync(join(content, `pair-${pair}`), `${index}`)
      writeFileSync(join(content, `noise-${index}`), randomBytes(50_000))
      if (index === 0) writeFileSync(join(content, 'launch'), 'echo launched "$@"\n')
      execFileSync('tar', ['-czf', join(layers, name), '-C', content, '.'])
    }
  })
  afterAll(() => rmSync(root, { recursive: true }))

  /** A sandbox whose layers came in some other order than theirs. */
  function makeSandbox(): string {
    const sandbox = mkdtempSync(join(root, 'sandbox-'))
    const mixed = [...files.filter((_, n) => n % 2), ...files.filter((_, n) => n % 2 === 0).toReversed()]
    for (const name of mixed) writeFileSync(join(sandbox, name), readFileSync(join(layers, name)))
    return sandbox
  }

  const tars: Record<string, Record<string, string>> = {
    'GNU tar': { tar: 'tar', gzip: 'gzip', rm: 'rm' },
    'busybox tar': { tar: BUSYBOX, gzip: BUSYBOX, rm: BUSYBOX },
    // Unpacks gzip by itself.
    bsdtar: { tar: 'bsdtar', rm: 'rm' },
  }
  const agents = Object.entries({ dash: 'dash', 'busybox sh': BUSYBOX }).flatMap(([shell, sh]) =>
    Object.entries(tars).map(([tar, programs]) => [shell, tar, { sh, ...programs }] as const),
  )

  describe.each(agents)('under %s, with %s', (_shell, _tar, programs) => {
    let bin: string
    beforeAll(() => {
      bin = mkdtempSync(join(root, 'bin-'))
      for (const [name, program] of Object.entries(programs)) {
        symlinkSync(program.startsWith('/') ? program : programPath(program)!, join(bin, name))
      }
    })

    const run = (cwd: string) =>
      spawnSync(join(bin, 'sh'), ['-c', command], { cwd, encoding: 'utf8', env: { PATH: bin } })

    test('unpacks them in order, removes them, and launches', () => {
      const sandbox = makeSandbox()
      expect(run(sandbox)).toMatchObject({ status: 0, stdout: 'launched --peer=[fd00::1]\n', stderr: '' })
      const text = (name: string) => readFileSync(join(sandbox, name), 'utf8')
      for (let pair = 1; pair < COUNT; pair++) expect(text(`pair-${pair}`), `pair ${pair}`).toBe(`${pair}`)
      for (let n = 0; n < COUNT; n++) expect(existsSync(join(sandbox, `noise-${n}`))).toBe(true)
      expect(readdirSync(sandbox).filter(name => name.startsWith('layer-'))).toEqual([])
    })

    test.each<[string, number, (path: string) => void]>([
      ['torn in the middle', 5, path => truncateSync(path, 25_000)],
      ['torn at its start', 5, path => truncateSync(path, 7)],
      ['the last, and torn', COUNT - 1, path => truncateSync(path, 40_000)],
      ['the first, and torn', 0, path => truncateSync(path, 40_000)],
      ['no archive', 5, path => writeFileSync(path, '<html>Not Found</html>\n')],
    ])('fails where a layer is %s, and launches nothing', (_, index, harm) => {
      const sandbox = makeSandbox()
      harm(join(sandbox, files[index]!))
      writeFileSync(join(sandbox, 'launch'), 'echo launched\n')
      const { status, stdout, stderr } = run(sandbox)
      expect(status).toBeGreaterThan(0)
      expect(stdout).toBe('')
      expect(stderr).not.toBe('')
      // Those behind it are not touched.
      const left = readdirSync(sandbox).filter(name => name.startsWith('layer-'))
      expect(left.sort()).toEqual(files.slice(index))
    })

    test('fails if there is no layer', () => {
      const { status, stdout } = run(mkdtempSync(join(root, 'empty-')))
      expect(status).toBeGreaterThan(0)
      expect(stdout).toBe('')
    })
  })
})
