import { fstatSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Encoding } from '../../codec/gzip/gzip.ts'
import type { Block } from '../../codec/tar/blocks.ts'
import type { XzStream } from '../../codec/xz/xz.ts'
import { discard } from '../../lib/discard.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reply, Request } from './messages.ts'

type Task = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

/**
 * Bytes. A thread takes longer to start than to decode or compress less than that, and takes a sixth of the
 * processor time of the example's export.
 */
const WORTH_A_THREAD = 512 << 10

/**
 * Threads that decode xz streams and compress blocks, so that both run beside the reading and the writing. Only as many
 * are started as there is work for.
 */
export class ThreadPool {
  readonly size: number
  readonly #threads: readonly Thread[]
  /** Threads whose decoder is free, and the claims that wait for one. */
  readonly #free: Thread[]
  readonly #waiting: Claim[] = []
  #closed = false

  /**
   * @param script the worker's file
   * @param size how many threads
   */
  constructor(script: URL, size: number, encoding: Encoding) {
    this.size = size
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
    const thread = await this.#claim(fstatSync(stream.fd).size)
    const of = thread.nextId
    try {
      await thread.ask({ task: 'decode', stream })
      let ahead = thread.ask({ task: 'next', of })
      for (;;) {
        const piece = await ahead
        if (piece === undefined) return
        ahead = thread.ask({ task: 'next', of })
        // Requested in advance, so nothing may be waiting when it fails.
        ahead.catch(() => {})
        yield piece
        discard(piece)
      }
    } finally {
      await thread.ask({ task: 'stop', of }).catch(() => {})
      this.#release(thread)
    }
  }

  /** Ends the threads. Pending and later requests fail with CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(thread => thread.close()))
    // A closed thread rejects the requests of those that waited for one.
    for (const { give } of this.#waiting.splice(0)) give(this.#threads[0]!)
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

  #claim(size: number): Thread | Promise<Thread> {
    const thread = this.#closed ? this.#threads[0] : this.#freeThread(size)
    return thread ?? new Promise(give => this.#waiting.push({ size, give }))
  }

  #freeThread(size: number): Thread | undefined {
    const started = this.#free.findIndex(thread => thread.isStarted)
    if (started >= 0) return this.#free.splice(started, 1)[0]
    const total = this.#waiting.reduce((sum, claim) => sum + claim.size, size)
    const isFirst = !this.#threads.some(thread => thread.isStarted)
    return isFirst || total > WORTH_A_THREAD ? this.#free.pop() : undefined
  }

  #release(thread: Thread): void {
    this.#waiting.sort((a, b) => a.size - b.size)
    const largest = this.#waiting.pop()
    if (largest) largest.give(thread)
    else this.#free.push(thread)
  }
}

/** A claim to a thread's decoder. */
interface Claim {
  /** Bytes of the file. */
  size: number
  give(thread: Thread): void
}

interface Waiting {
  resolve(bytes: Uint8Array | undefined): void
  reject(error: Error): void
}

class Thread {
  nextId = 0
  /** Bytes to compress, as far as they were given to this thread. */
  load = 0
  readonly #script: URL
  readonly #encoding: Encoding
  /** Started when there is something to do: cached packages need no work. */
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #failure: Error | undefined

  constructor(script: URL, encoding: Encoding) {
    this.#script = script
    this.#encoding = encoding
  }

  /** How many requests have no reply yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  get isStarted(): boolean {
    return this.#worker !== undefined
  }

  ask(task: Task, transfer: ArrayBuffer[] = []): Promise<Uint8Array | undefined> {
    if (this.#failure) return Promise.reject(this.#failure)
    const worker = this.start()
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, ...task }, transfer)
    })
  }

  start(): Worker {
    this.#worker ??= this.#spawn()
    return this.#worker
  }

  async close(): Promise<void> {
    this.#fail(new MesosizeError('CANCELLED', 'The work was cancelled.'))
    await this.#worker?.terminate()
  }

  #spawn(): Worker {
    const worker = new Worker(this.#script, { workerData: this.#encoding })
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', error => this.#fail(error))
    worker.on('exit', () =>
      this.#fail(new MesosizeError('THREAD', 'A thread ended before its work was done.')),
    )
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    // Nothing waits any more once the thread is closed.
    if (!waiting) return
    this.#waiting.delete(reply.id)
    if ('error' in reply) waiting.reject(new MesosizeError(reply.error.code ?? 'THREAD', reply.error.message))
    else waiting.resolve(reply.bytes)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
