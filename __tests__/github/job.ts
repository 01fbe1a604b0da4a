import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { AssetFile } from '../../src/github/asset-upload.ts'
import { connect, type GitHub } from '../../src/github/octokit.ts'
import { createFetch } from '../../src/http/fetch.ts'
import type { GitHubServer } from '../testkit/github-server.ts'

/** A job with a client of the server, and all that it told and waited for. */
export interface Job {
  github: GitHub
  notes: string[]
  warnings: string[]
  /** Milliseconds. */
  pauses: number[]
  phases: { title: string; total: number | undefined; done: number; ended: boolean }[]
  context: { serverUrl: string; ref: string | undefined; tag: string | undefined; sha: string }
}

export const SHA = '89abcdef0123456789abcdef0123456789abcdef'

export function startJob(
  server: GitHubServer,
  options: { token?: string; tag?: string; signal?: AbortSignal; now?: number } = {},
): Job {
  const job: Omit<Job, 'github'> = {
    notes: [],
    warnings: [],
    pauses: [],
    phases: [],
    context: {
      serverUrl: server.serverUrl,
      ref: options.tag === undefined ? 'refs/heads/main' : `refs/tags/${options.tag}`,
      tag: options.tag,
      sha: SHA,
    },
  }
  const [owner = '', repo = ''] = server.repository.split('/')
  const github = connect({
    context: { repository: { owner, repo }, apiUrl: server.apiUrl },
    token: options.token ?? server.tokens.write,
    fetch: createFetch({ version: '1' }),
    signal: options.signal,
    retry: {
      sleep: async milliseconds => void job.pauses.push(milliseconds),
      random: () => 1,
      ...(options.now !== undefined && { now: () => options.now! }),
    },
    report: {
      note: text => void job.notes.push(text),
      warn: text => void job.warnings.push(text),
      phase(title, total) {
        const phase = { title, total, done: 0, ended: false }
        job.phases.push(phase)
        return {
          advance(amount) {
            phase.done += amount
          },
          done() {
            phase.ended = true
          },
        }
      },
    },
  })
  return { ...job, github }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A file to attach, which counts how often it was opened. */
export function assetFile(
  name: string,
  bytes: Buffer = randomBytes(300_000),
): AssetFile & { bytes: Buffer; opened: number } {
  return {
    name,
    bytes,
    opened: 0,
    size: bytes.length,
    sha256: sha256(bytes),
    type: 'application/gzip',
    open() {
      this.opened++
      // In pieces, as from a disk.
      const pieces = []
      for (let at = 0; at < bytes.length; at += 65536) pieces.push(bytes.subarray(at, at + 65536))
      return Readable.from(pieces)
    },
  }
}

/** The error, after making sure that no part of it contains a token. */
export async function failure(
  action: Promise<unknown>,
  server: GitHubServer,
): Promise<{ code: string; message: string }> {
  const error = await action.then(
    value => {
      throw new Error(`it should have failed, and gave ${JSON.stringify(value)}`)
    },
    reason => reason,
  )
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    for (const token of Object.values(server.tokens)) {
      if (JSON.stringify([cause.message, cause.stack, cause]).includes(token))
        throw new Error('it shows the token')
    }
  }
  return error
}
