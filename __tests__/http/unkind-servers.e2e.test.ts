import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { uploadTemporary } from '../../src/github/asset-upload.ts'
import { connect } from '../../src/github/octokit.ts'
import { createBuilder } from '../../src/habitat/builder/builder.ts'
import { listedVersions } from '../../src/habitat/hab/listed-versions.ts'
import { createMirror } from '../../src/habitat/hab/mirror.ts'
import { parseFullIdent } from '../../src/habitat/package/ident.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { put } from '../../src/http/put.ts'
import { createUpload, textBody } from '../../src/http/upload.ts'
import { MesosizeError } from '../../src/lib/errors.ts'
import { silent } from '../../src/lib/report.ts'
import { basicAuthorization } from '../../src/lib/user-info.ts'
import { getApp } from '../../src/marathon/api/apps.ts'
import { createArtifactStore } from '../../src/marathon/api/artifact-store.ts'
import { createAuthorization } from '../../src/marathon/api/authorization.ts'
import { createMarathon } from '../../src/marathon/api/client.ts'
import { dcosLogin } from '../../src/marathon/api/dcos-login.ts'
import { createAgents } from '../../src/marathon/logs/agents.ts'
import { deleteOverHttp } from '../../src/publish/http-delete.ts'
import { httpRefusal } from '../../src/publish/http-refusal.ts'
import {
  answering,
  bomb,
  busy,
  deaf,
  dripping,
  endless,
  lying,
  processing,
  repeating,
  startUnkind,
} from '../testkit/unkind-server.ts'

const SECRET = 'S3cr3t/T0k+n_0f~all.Things=="%'

const ident = parseFullIdent('core/redis/7.2.4/20240102030405')
const target = 'x86_64-linux'
let folder: string

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  idleTimeout = 10_000
  folder = await mkdtemp(join(tmpdir(), 'unkind-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** Each thing that is asked of a server, with a secret that it gets. */
const CLIENTS: Record<string, (url: string) => Promise<unknown>> = {
  "Builder's newest build": url => builderAt(url).latest({ origin: 'core', name: 'redis' }, 'stable', target),
  "a build at Builder's": url => builderAt(url).metadata(ident, target),
  "a key of Builder's": url => builderAt(url).publicKey({ origin: 'core', revision: '20160810182414' }),
  'a hart': url => builderAt(url).download(ident, target, '0'.repeat(64), join(folder, 'x.hart')),
  'versions of hab': url => listedVersions(url, fetchOnce(), undefined),
  'a mirror of hab': url => createMirror({ url, fetch: fetchOnce(), retry }).latest('stable'),
  'an archive of hab': url =>
    createMirror({ url, fetch: fetchOnce(), retry })
      .archive('2.0.500', 'x86_64-linux', 1_000_000)
      .then(({ bytes }) => bytes),
  'an app': async url => getApp(await marathonAt(url), '/web/shop'),
  'a login': url =>
    dcosLogin({ kind: 'dcos-user', uid: 'me', password: SECRET }, new URL(url), {
      fetch: fetchOnce(),
      report: silent,
      retry,
    }),
  'an agent': async url => {
    const { hostname, port } = new URL(url)
    const agents = createAgents(await marathonAt(`${url}/service/marathon`), {
      fetch: fetchOnce(),
      authorization: authorization(url),
      timeout: 2 * idleTimeout,
      port: Number(port),
    })
    const [way] = agents.waysTo({ taskId: 't', host: hostname, slaveId: 'a-1' })
    return way!.get('/state', {}, 100_000)
  },
  'an upload': async url => {
    const credentials = { authorization: basicAuthorization('me', SECRET) }
    const to = new URL(`/x?signature=${encodeURIComponent(SECRET)}`, url)
    const answer = await put(upload(), to, { body: textBody('hello'), credentials })
    if (answer.status !== 201) throw httpRefusal(answer, to, credentials)
  },
  'an upload to Marathon': url => {
    const own = url.replace('//', `//me:${encodeURIComponent(SECRET)}@`)
    const store = createArtifactStore({ url: own, fetch: fetchOnce(), upload: upload(), retry })
    return store.store('a/b', 'b', textBody('hello'))
  },
  'a deletion': url =>
    deleteOverHttp(
      { uploadUrl: `${url}/x`, headers: { authorization: `Bearer ${SECRET}` } },
      { name: 'x', sha256: '', ident },
      { fetch: fetchOnce(), report: silent, retry },
    ),
  'a release': url => gitHubAt(url).rest.repos.getRelease({ owner: 'o', repo: 'r', release_id: 1 }),
  'a list of releases': url =>
    gitHubAt(url).paginate(gitHubAt(url).rest.repos.listReleases, { owner: 'o', repo: 'r' }),
  'an asset': url => {
    const release = {
      id: 1,
      tag: 'v1',
      draft: true,
      immutable: false,
      uploadUrl: `${url}/assets`,
      page: '',
      toPublish: true,
    }
    const file = {
      name: 'x',
      size: 5,
      sha256: '',
      type: 'application/gzip',
      open: () => Readable.from([Buffer.from('hello')]),
    }
    return uploadTemporary(gitHubAt(url), release, file, 'x', () => {})
  },
}

const retry = { tries: 2, sleep: async () => {} }
/** Milliseconds. */
let idleTimeout: number
const fetchOnce = () => createFetch({ version: '1', idleTimeout })
const upload = () => createUpload({ version: '1', idleTimeout })
const builderAt = (url: string) =>
  createBuilder({ url, token: SECRET, fetch: fetchOnce(), maxPackageSize: 1_000_000, retry })
const gitHubAt = (apiUrl: string) =>
  connect({
    context: { repository: { owner: 'o', repo: 'r' }, apiUrl },
    token: SECRET,
    fetch: fetchOnce(),
    report: silent,
    retry: { sleep: async () => {} },
  })
const authorization = (url: string) =>
  createAuthorization({ kind: 'dcos-token', token: SECRET }, new URL(url), {
    fetch: fetchOnce(),
    report: silent,
  })
const marathonAt = (url: string) =>
  createMarathon({
    urls: [new URL(url)],
    authorization: authorization(url),
    fetch: fetchOnce(),
    report: silent,
    retry,
  })

async function serve(behave: RequestListener): Promise<string> {
  const server = await startUnkind(behave)
  onTestFinished(() => server.close())
  return server.url
}

const json = { headers: { 'content-type': 'application/json' } }
const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)

const BEHAVIOURS: Record<string, RequestListener> = {
  drips: dripping(json),
  'drips an error': dripping({ ...json, status: 500 }),
  'never ends': endless(json),
  'never ends an error': endless({ ...json, status: 500 }),
  'announces terabytes': lying(10 ** 13, '[', json),
  'announces too little': lying(1, '[[[[', json),
  compresses: bomb(json),
  'compresses an error': bomb({ ...json, status: 500 }),
  'is working on it': processing,
  'wants years': busy,
  'reads nothing': deaf,
  'nests without end': answering(200, 'application/json', deep),
  'nests an error without end': answering(400, 'application/json', deep),
}

/** The library that sends assets has a clock that cannot be hurried. */
const WAITED_FOR: readonly string[] = ['is working on it', 'reads nothing']

describe.each(Object.keys(BEHAVIOURS))('a server that %s', behaviour => {
  const clients = Object.keys(CLIENTS).filter(
    client => client !== 'an asset' || !WAITED_FOR.includes(behaviour),
  )
  test.each(clients)('is given up: %s', async client => {
    const url = await serve(BEHAVIOURS[behaviour]!)
    hurry()
    if (WAITED_FOR.includes(behaviour)) idleTimeout = 50
    const outcome = await CLIENTS[client]!(url).catch(error => error)
    // What was deleted is gone, whatever else the server has to say.
    if (client === 'a deletion' && outcome === undefined) return
    // It is for others to see that this is not a key, and not JSON.
    if (behaviour === 'announces too little' && String(outcome) === '[') return
    expect(outcome).toBeInstanceOf(MesosizeError)
    expect(String(outcome)).not.toContain('call stack')
    expect(await readdir(folder)).toEqual([])
  })
})

test.each(WAITED_FOR)('an upload of an asset does not wait forever for a server that %s', async behaviour => {
  const url = await serve(BEHAVIOURS[behaviour]!)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let ended = false
  const sent = CLIENTS['an asset']!(url)
    .catch(error => error)
    .finally(() => {
      ended = true
    })
  while (!ended) {
    await vi.advanceTimersByTimeAsync(10_000)
    await nextTurn()
  }
  expect(await sent).toMatchObject({ code: expect.stringMatching(/^HTTP_(SLOW|NETWORK)$/) })
})

const WITHOUT_SECRET = ['versions of hab', 'a mirror of hab', 'an archive of hab']

/** What a server may make of a secret. */
const FORMS: Record<string, (secret: string) => string> = {
  whole: secret => secret,
  'the beginning of': secret => secret.slice(0, 12),
  'the end of': secret => secret.slice(-12),
  'URL-encoded,': encodeURIComponent,
  'in base64,': btoa,
  'in base64 with a user,': secret => btoa(`me:${secret}`),
}

describe.each(Object.keys(repeating))('a server that repeats a secret as %s', place => {
  test.each(Object.keys(FORMS))('%s, shows none of it', async form => {
    const text = FORMS[form]!(SECRET)
    const url = await serve(repeating[place as keyof typeof repeating](text))
    for (const [client, ask] of Object.entries(CLIENTS)) {
      if (WITHOUT_SECRET.includes(client)) continue
      const outcome = await ask(url).catch(error => error)
      if (!(outcome instanceof Error)) continue
      expect(outcome, client).toBeInstanceOf(MesosizeError)
      for (const [name, formed] of Object.entries(FORMS)) {
        for (const part of partsOf(formed(SECRET))) {
          expect(
            outcome.message.toLowerCase().includes(part),
            `${client}: ${outcome.message} has ${name} ${part}`,
          ).toBe(false)
        }
      }
    }
  })
})

function partsOf(text: string): string[] {
  return Array.from({ length: text.length - 5 }, (_, at) => text.slice(at, at + 6).toLowerCase())
}

/** A clock by which each look is a second after the one before. */
function hurry(): void {
  let seconds = 0
  vi.spyOn(performance, 'now').mockImplementation(() => 1000 * seconds++)
}
