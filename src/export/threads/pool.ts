import { fstatSync } from 'node:fs'
import type { Encoding } from '../../codec/gzip/gzip.ts'
import type { Block } from '../../codec/tar/blocks.ts'
import type { XzStream } from '../../codec/xz/xz.ts'
import { discard } from '../../lib/discard.ts'
import { type Doer, ThisThread, Thread } from './thread.ts'

/** Bytes. A thread takes longer to start than to decode or compress less than that. */
const WORTH_A_THREAD = 512 << 10

/**
 * Threads that decode xz streams and compress blocks, so that both run beside the reading and the writing. Only as many
 * are started as there is work for; a little work is done on this thread.
 */
export class ThreadPool {
  readonly size: number
  readonly #here: ThisThread
  readonly #threads: readonly Thread[]
  /** Those whose decoder is free, and the claims that wait for one. */
  readonly #free: Thread[]
  #isHereFree = true
  readonly #waiting: Claim[] = []
  /** Bytes that were decoded and compressed on this thread. */
  #doneHere = 0
  #closed = false

  /**
   * @param script the worker's file
   * @param size how many threads
   */
  constructor(script: URL, size: number, encoding: Encoding) {
    this.size = size
    this.#here = new ThisThread(encoding)
    this.#threads = Array.from({ length: size }, () => new Thread(script, encoding))
    this.#free = [...this.#threads]
  }

  /** Starts the first thread ahead of work that is known to come. */
  start(): void {
    this.#threads[0]?.start()
  }

  /**
   * Fills the holes of a block and compresses it to a gzip member. The block is transferred: its bytes cannot be
   * used afterwards.
   */
  async compress(block: Block): Promise<Uint8Array> {
    const { length } = block
    if (this.#isLittle(length)) {
      this.#doneHere += length
      return (await this.#here.ask({ task: 'compress', block }))!
    }
    const thread = this.#threadFor(length)
    thread.load += length
    try {
      return (await thread.ask({ task: 'compress', block }, [block.bytes.buffer as ArrayBuffer]))!
    } finally {
      thread.load -= length
    }
  }

  /**
   * Decodes an xz stream, see XzDecoder. As many as there are threads can be open at once; others
   * wait, the largest first, so that no thread is left with a large one when there is nothing else to do.
   */
  async *decode(stream: XzStream): AsyncGenerator<Uint8Array> {
    const decoder = await this.#claim(fstatSync(stream.fd).size)
    const of = decoder.nextId
    try {
      await decoder.ask({ task: 'decode', stream })
      let ahead = decoder.ask({ task: 'next', of })
      for (;;) {
        const piece = await ahead
        if (piece === undefined) return
        ahead = decoder.ask({ task: 'next', of })
        // Requested in advance, so it may fail before anyone awaits it.
        ahead.catch(() => {})
        yield piece
        discard(piece)
      }
    } finally {
      await decoder.ask({ task: 'stop', of }).catch(() => {})
      this.#release(decoder)
    }
  }

  /** Ends the threads. Pending and later requests fail with CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true
    this.#here.close()
    await Promise.all(this.#threads.map(thread => thread.close()))
    // What is closed rejects the requests of those that waited for it.
    for (const { give } of this.#waiting.splice(0)) give(this.#here)
  }

  /** Whether all the work so far, with this, is not worth a thread. */
  #isLittle(length: number): boolean {
    return this.#doneHere + length <= WORTH_A_THREAD && !this.#threads.some(thread => thread.isStarted)
  }

  /** The thread that compresses a block soonest. */
  #threadFor(length: number): Thread {
    const started = this.#threads.filter(thread => thread.isStarted)
    const [first] = started
    const idle = this.#threads.find(thread => !thread.isStarted)
    if (!first) return idle!
    const best = started.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best), first)
    return idle && best.waiting > 0 && best.load + length > WORTH_A_THREAD ? idle : best
  }

  #claim(size: number): Doer | Promise<Doer> {
    const decoder = this.#closed ? this.#here : this.#freeDecoder(size)
    return decoder ?? new Promise(give => this.#waiting.push({ size, give }))
  }

  #freeDecoder(size: number): Doer | undefined {
    const total = this.#waiting.reduce((sum, claim) => sum + claim.size, size)
    if (this.#isLittle(total)) {
      if (!this.#isHereFree) return undefined
      this.#isHereFree = false
      this.#doneHere += size
      return this.#here
    }
    const started = this.#free.findIndex(thread => thread.isStarted)
    if (started >= 0) return this.#free.splice(started, 1)[0]
    const isFirst = !this.#threads.some(thread => thread.isStarted)
    return isFirst || total > WORTH_A_THREAD ? this.#free.pop() : undefined
  }

  #release(decoder: Doer): void {
    this.#waiting.sort((a, b) => a.size - b.size)
    if (decoder instanceof Thread) {
      const largest = this.#waiting.pop()
      if (largest) largest.give(decoder)
      else this.#free.push(decoder)
      return
    }
    // What waits for this thread is little; the large ones wait for another.
    const [smallest] = this.#waiting
    this.#isHereFree = smallest === undefined || smallest.size > WORTH_A_THREAD
    if (!this.#isHereFree) {
      this.#doneHere += smallest!.size
      this.#waiting.shift()!.give(decoder)
    }
  }
}

/** A claim to a decoder. */
interface Claim {
  /** Bytes of the file. */
  size: number
  give(decoder: Doer): void
}
