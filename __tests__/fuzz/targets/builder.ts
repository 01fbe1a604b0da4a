import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { createBuilder } from '../../../src/habitat/builder/builder.ts'
import { formatIdent, parseFullIdent, parseIdent, satisfies } from '../../../src/habitat/package/ident.ts'
import { parseKeyName } from '../../../src/habitat/package/origin-key.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { blake2b256 } from '../../testkit/blake2b.ts'
import { startBuilder } from '../../testkit/builder-server.ts'
import { changedBytes } from '../../testkit/mutations/bytes.ts'
import { changedJson } from '../../testkit/mutations/json.ts'
import { changedText } from '../../testkit/mutations/text.ts'
import { originKey } from '../../testkit/origin-key.ts'
import type { Place, Target } from '../target.ts'
import { type Answer, AT_ONCE, answersWith, fetchFrom } from './answers.ts'

const BUILDER = 'https://builder.test'
const TARGET = 'x86_64-linux'
const BUILD = parseFullIdent('acme/app/1.0/20240102030405')
const key = originKey('acme')
const hart = Buffer.from('HART-1\n'.repeat(300))
const checksum = blake2b256(hart)

interface Input {
  ask: 'latest' | 'metadata' | 'download' | 'key'
  answer: Answer
}

/** Responses of Builder: descriptions of packages, harts, keys. */
export async function builder({ folder }: Place): Promise<Target> {
  const described = await description()
  const json = changedJson(described, [
    formatIdent(BUILD),
    TARGET,
    checksum,
    '..',
    '../../x',
    'origin',
    'tdeps',
  ])
  const asked = (ask: Input['ask'], answers: fc.Arbitrary<Answer>) =>
    answers.map(answer => Buffer.from(JSON.stringify({ ask, answer } satisfies Input)))
  const keyText = changedText(key.publicKeyText, ['SIG-PUB-1', 'SIG-SEC-1', '../x', key.name])
  const file = join(folder, 'artifacts/some.hart')
  const ring = join(folder, 'keys')
  return {
    inputs: fc.oneof(
      asked('latest', answersWith(json, 'application/json')),
      asked('metadata', answersWith(json, 'application/json')),
      asked(
        'download',
        answersWith(fc.oneof(fc.constant(hart), changedBytes(hart)), 'application/octet-stream'),
      ),
      asked('key', answersWith(fc.oneof(fc.constant(key.publicKeyText), keyText), 'text/plain')),
    ),
    async attempt(input) {
      const { ask, answer }: Input = JSON.parse(input.toString())
      const client = createBuilder({
        url: BUILDER,
        fetch: fetchFrom(() => answer),
        retry: AT_ONCE,
        maxPackageSize: 1 << 30,
      })
      switch (ask) {
        case 'latest':
        case 'metadata': {
          const wanted = ask === 'latest' ? parseIdent('acme/app') : BUILD
          const found =
            ask === 'latest'
              ? await client.latest(wanted, 'stable', TARGET)
              : await client.metadata(BUILD, TARGET)
          if (!found) return `${ask}: nothing`
          assert(satisfies(found.ident, wanted), 'not the package that was requested')
          assert.match(found.checksum, /^[0-9a-f]{64}$/)
          for (const each of [found.ident, ...found.tdeps]) parseFullIdent(formatIdent(each))
          return `${ask}: found`
        }
        case 'download': {
          const ended = await settled(client.download(BUILD, TARGET, checksum, file))
          const there = await readdir(join(folder, 'artifacts')).catch(() => [])
          assert.deepEqual(there, ended.failed ? [] : ['some.hart'])
          if (ended.failed) throw ended.error
          assert((await readFile(file)).equals(hart), 'not the hart that was described')
          return 'downloaded'
        }
        case 'key': {
          const keys = new KeyRing({ folders: [], fetchKey: name => client.publicKey(name), storeIn: ring })
          const ended = await settled(keys.find(parseKeyName(key.name)!, '/x.hart'))
          const there = await readdir(ring).catch(() => [])
          assert.deepEqual(there, ended.failed ? [] : [`${key.name}.pub`])
          if (ended.failed) throw ended.error
          return 'key'
        }
      }
    },
  }
}

async function settled(work: Promise<unknown>): Promise<{ failed: boolean; error?: unknown }> {
  return work.then(
    () => ({ failed: false }),
    error => ({ failed: true, error }),
  )
}

/** How the stand-in for Builder describes a package. */
async function description(): Promise<unknown> {
  const ident = formatIdent(BUILD)
  const tdeps = ['core/glibc/2.35/20240101000000', 'core/zlib/1.3/20240101000000']
  const server = await startBuilder({ packages: [{ ident, hart, channels: ['stable'], tdeps }] })
  try {
    const response = await fetch(`${server.url}/v1/depot/pkgs/${ident}?target=${TARGET}`)
    return await response.json()
  } finally {
    await server.close()
  }
}
