import { expect } from 'vitest'
import type { Entry } from '../../src/codec/tar/entry.ts'
import { MesosizeError } from '../../src/lib/errors.ts'

const NEXT_STEP =
  /\b(Build|Try|Make|Create|Fetch|Correct|Remove|Put|Add|Use|Check|Name|Split|Run|Leave|Write|Replace|Export|Install|allow it)\b/

/** What a promise fails with: always one of our own errors, in one piece, with a next step and nothing for a terminal. */
export async function failure(promise: Promise<unknown>): Promise<MesosizeError> {
  const error = await promise.then(
    value => expect.fail(`did not fail, but gave ${JSON.stringify(value)?.slice(0, 200)}`),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(MesosizeError)
  const { message } = error as MesosizeError
  expect(message).toMatch(NEXT_STEP)
  expect(message).not.toMatch(/[\0-\x09\x0b-\x1f]/)
  expect(message.length).toBeLessThan(2000)
  return error as MesosizeError
}

/** Reads everything, without keeping it. */
export async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

export async function bytesOf(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Uint8Array[] = []
  for await (const chunk of chunks) copies.push(Uint8Array.from(chunk))
  return Buffer.concat(copies)
}

export type ReadEntry = Omit<Entry, 'content'> & { content?: string }

/** Entries with the text of their files. */
export async function read(entries: AsyncIterable<Entry>): Promise<ReadEntry[]> {
  const all: ReadEntry[] = []
  for await (const entry of entries) {
    if (entry.type !== 'file') {
      all.push(entry)
      continue
    }
    // Where the bytes are on this machine is not part of the entry.
    const { file: _, content, ...rest } = entry
    all.push({ ...rest, content: (await bytesOf(content)).toString() })
  }
  return all
}
