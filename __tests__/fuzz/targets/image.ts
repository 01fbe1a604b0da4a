import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { tarBlocks } from '../../../src/codec/tar/blocks.ts'
import { compareImages } from '../../../src/inspect/diff.ts'
import { formatContents } from '../../../src/inspect/format.ts'
import { diffMarkdown, formatDiff } from '../../../src/inspect/format-diff.ts'
import { inspect } from '../../../src/inspect/inspect.ts'
import { silent } from '../../../src/lib/report.ts'
import { layOut } from '../../../src/rootfs/layout.ts'
import { IDENTS, makeClosure } from '../../rootfs/handmade.ts'
import { changedBytes } from '../../testkit/mutations/bytes.ts'
import { changedTar, strangeMembers } from '../../testkit/mutations/tar.ts'
import { FORBIDDEN, type Place, type Target } from '../target.ts'

const TOP = `rootfs/hab/pkgs/${IDENTS.service}`

const PATHS: readonly string[] = [
  'launch',
  'rootfs/etc/passwd',
  'rootfs/etc/group',
  TOP,
  `${TOP}/IDENT`,
  `${TOP}/MANIFEST`,
  `${TOP}/hooks/run`,
  `${TOP}/x\ny`,
  `${TOP}/\x1b[31m`,
  `${TOP}/|`,
  `rootfs/hab/pkgs/${IDENTS.busybox}/x`,
  'rootfs/hab/pkgs/a/b/c',
  'rootfs/hab/pkgs/a/b/c/d/e',
  'rootfs/../x',
  '.',
  '',
  FORBIDDEN,
]

/** Tarballs that `mesosize inspect` and `mesosize diff` read. */
export async function image({ fixtures, folder }: Place): Promise<Target> {
  const good = await tarOfImage()
  const [sound, changed] = [join(fixtures, 'sound.tgz'), join(folder, 'changed.tgz')]
  const packed = gzipSync(good)
  await writeFile(sound, packed)
  const tools = {
    fetch: () => assert.fail('no network is needed'),
    signal: new AbortController().signal,
    report: silent,
  }
  const usual = await inspect(sound, tools)
  return {
    inputs: fc.oneof(
      {
        weight: 6,
        arbitrary: changedTar(good, PATHS, await strangeMembers(PATHS, 120)).map(tar => gzipSync(tar)),
      },
      { weight: 1, arbitrary: changedBytes(packed) },
    ),
    async attempt(input) {
      await writeFile(changed, input)
      const inspected = await inspect(changed, tools)
      JSON.stringify(inspected.contents)
      const diff = compareImages(usual, inspected)
      for (const line of [...formatContents(inspected.contents), ...formatDiff(diff)]) {
        assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f]/)
      }
      assert.doesNotMatch(diffMarkdown(diff), /[\0-\x09\x0b-\x1f\x7f-\x9f]/)
      return 'inspected'
    },
  }
}

async function tarOfImage(): Promise<Buffer> {
  const metafiles = [
    { path: 'EXPORTS', text: 'http=server.port\n' },
    { path: 'IDENT', text: `${IDENTS.service}\n` },
    { path: 'MANIFEST', text: `# example / hello-web\n\n* __License__: Apache-2.0\n* __Source__: [x](y)\n` },
    { path: 'TARGET', text: 'x86_64-linux\n' },
    { path: 'bin/web', text: 'x'.repeat(600), mode: 0o4755 },
    { path: 'hooks/run', text: '#!/bin/sh\n' },
    { path: 'lib/link', target: '../bin/web' },
    { path: 'lib/twin', hardlink: 'bin/web' },
  ]
  const [generated, ...packages] = layOut(makeClosure({ service: { members: metafiles } }))
  const service = packages.find(({ name }) => name === IDENTS.service)!
  const blocks: Uint8Array[] = []
  for (const part of [generated!, service]) {
    for await (const { bytes } of tarBlocks(part.entries())) blocks.push(bytes)
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
