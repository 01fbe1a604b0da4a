import { createReadStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { readChunks } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { get } from '../http/get.ts'
import { FILE } from '../http/pace.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { parseWebUrl } from '../lib/url.ts'
import { takeUserInfo } from '../lib/user-info.ts'
import { type Account, doAs } from './account.ts'
import { type Artifact, fetchError } from './artifacts.ts'
import type { FetchCache } from './fetch-cache.ts'
import { isFull, sandboxFull } from './sandbox.ts'

/** More than any image has; a server may never stop sending. */
const MOST_BYTES = 64 * 2 ** 30

export interface FetchTools {
  fetch: Fetch
  /** Undefined if nothing can be kept. */
  cache: FetchCache | undefined
  signal: AbortSignal
}

/** An existing file is not replaced. */
const SAVE = 'set -C && cat >"$1"'

/**
 * Puts an artifact into a sandbox, as Mesos' fetcher does: as the task's user, and unpacked if its name says that it is
 * an archive. What is in the sandbox already may have come out of an archive, links to anywhere included, so that
 * nothing in it is touched as root for another user. Source: src/launcher/fetcher.cpp in Mesos.
 * @throws MesosizeError FETCH_FAILED, SANDBOX_FULL
 */
export async function fetchArtifact(
  artifact: Artifact,
  sandbox: string,
  account: Account,
  tools: FetchTools,
): Promise<void> {
  const { file, uri } = artifact
  const at = { cwd: sandbox, signal: tools.signal }
  try {
    if (file.includes('/')) await orThrow(doAs(account, ['mkdir', '-p', '--', dirname(file)], at))
    const url = parseWebUrl(uri.trimStart())
    if (url) {
      const input = await contentOf(artifact, url, account, tools)
      await orThrow(doAs(account, ['sh', '-c', SAVE, 'sh', file], { ...at, input }))
    } else {
      await orThrow(doAs(account, ['cp', '-L', '--', localPath(artifact), file], at))
    }
    if (artifact.executable) await orThrow(doAs(account, ['chmod', '755', '--', file], at))
  } catch (error) {
    tools.signal.throwIfAborted()
    if (isFull(error)) throw sandboxFull(sandbox, error)
    if (error instanceof MesosizeError && error.code === 'FETCH_FAILED') throw error
    throw fetchError(
      artifact,
      `cannot be fetched: ${messageOf(error)}${/[.!?]$/.test(messageOf(error)) ? '' : '. Check the URI.'}`,
    )
  }
  if (artifact.extract && !artifact.executable) await unpack(artifact, sandbox, account, tools.signal)
}

/** A path as it is; file:// as the fetcher reads it, which decodes nothing. */
function localPath(artifact: Artifact): string {
  const uri = artifact.uri.trimStart()
  const path = uri.replace(/^file:\/\/(?:localhost(?=\/))?/i, '')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    throw fetchError(
      artifact,
      'has a scheme that "mesosize run" cannot fetch. Use a path, file:// or http(s)://.',
    )
  }
  if (!path.startsWith('/')) {
    throw fetchError(artifact, 'is not an absolute path. Write one that begins with a slash.')
  }
  return path
}

/** The bytes of a file on the web, from the cache if that is wanted. */
async function contentOf(
  { uri, cache: wanted }: Artifact,
  url: URL,
  { name }: Account,
  { fetch, cache, signal }: FetchTools,
): Promise<AsyncIterable<Uint8Array>> {
  const kept = wanted ? cache : undefined
  if (!kept) return download()
  return createReadStream(await kept.get(`${name}\n${uri}`, save))

  async function save(to: string) {
    try {
      await writeFile(to, await download(), { flag: 'wx', signal })
    } catch (error) {
      await rm(to, { force: true })
      throw error
    }
  }

  async function download() {
    const { url: address, authorization } = takeUserInfo(url)
    const answer = await get(fetch, address, { authorization, signal })
    if (answer.response.status !== 200) {
      await answer.response.body?.cancel()
      throw new Error(`the server answered ${answer.response.status}. Check the URI.`)
    }
    return readChunks(answer, { most: MOST_BYTES, pace: FILE })
  }
}

/** By the ends of names: Fetcher's extract() in Mesos. Owners and special bits are lost, as since Mesos 1.7. */
async function unpack(
  artifact: Artifact,
  sandbox: string,
  account: Account,
  signal: AbortSignal,
): Promise<void> {
  const { file } = artifact
  const command = unpacker(file)
  if (!command) return
  const problem = await doAs(account, command, { cwd: sandbox, signal })
  if (problem === undefined) return
  if (/No space left on device/.test(problem)) throw sandboxFull(sandbox, problem)
  throw fetchError(artifact, `cannot be unpacked: ${problem}. Make it again, or set extract to false.`)
}

function unpacker(file: string): [string, ...string[]] | undefined {
  const name = basename(file)
  if (/\.(?:tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$/.test(name)) {
    return ['tar', '--no-same-owner', '--no-same-permissions', '-xf', file]
  }
  if (name.endsWith('.gz')) return ['sh', '-c', 'gzip -dc "$1" >"$2"', 'sh', file, name.slice(0, -3)]
  if (name.endsWith('.zip')) return ['unzip', '-q', '-o', file]
  return undefined
}

async function orThrow(problem: Promise<string | undefined>): Promise<void> {
  const words = await problem
  if (words !== undefined) throw new Error(words)
}
