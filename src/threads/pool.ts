import { Worker } from 'node:worker_threads'
import { MesosizeError } from '../errors.ts'
import type { Reply, Request } from './messages.ts'

type Task = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

/** Threads that decode xz streams and compress blocks, so that both run beside the reading and the writing. */
export class ThreadPool {
  readonly size: number
  readonly #threads: Thread[]

  /**
   * @param script the worker's file
   * @param size how many threads
   */
  constructor(script: URL, size: number) {
    this.size = size
    this.#threads = Array.from({ length: size }, () => new Thread(script))
  }

  /** Compresses one block to a gzip member. The block is handed over: its buffer cannot be used afterwards. */
  async compress(block: Uint8Array): Promise<Uint8Array> {
    const thread = leastBusy(this.#threads, thread => thread.waiting)
    return (await thread.ask({ task: 'compress', block }, [block.buffer as ArrayBuffer]))!
  }

  /** Decodes the xz stream of a file, as XzDecoder says. As many as there are threads can be open at once. */
  async *decode(file: string, start: number): AsyncGenerator<Uint8Array> {
    const thread = leastBusy(this.#threads, thread => thread.decoding)
    thread.decoding++
    const stream = thread.nextId
    try {
      await thread.ask({ task: 'decode', file, start })
      let ahead = thread.ask({ task: 'next', stream })
      for (;;) {
        const piece = await ahead
        if (piece === undefined) return
        ahead = thread.ask({ task: 'next', stream })
        // Asked for in advance, so nobody may be waiting when it fails.
        ahead.catch(() => {})
        yield piece
      }
    } finally {
      thread.decoding--
      await thread.ask({ task: 'stop', stream }).catch(() => {})
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.close()))
  }
}

function leastBusy(threads: readonly Thread[], load: (thread: Thread) => number): Thread {
  return threads.reduce((best, thread) => (load(thread) < load(best) ? thread : best))
}

interface Waiting {
  resolve(bytes: Uint8Array | undefined): void
  reject(error: Error): void
}

class Thread {
  decoding = 0
  nextId = 0
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #failure: Error | undefined

  constructor(script: URL) {
    this.#worker = new Worker(script)
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new MesosizeError('CANCELLED', 'The work was cancelled.')))
  }

  /** How many requests have no reply yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  ask(task: Task, transfer: ArrayBuffer[] = []): Promise<Uint8Array | undefined> {
    if (this.#failure) return Promise.reject(this.#failure)
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...task }, transfer)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)!
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
