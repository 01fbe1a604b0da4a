import { Worker } from 'node:worker_threads'
import type { Encoding } from '../../codec/gzip/gzip.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reply, Task } from './messages.ts'
import { startWork, type Work } from './work.ts'

/** Carries out tasks. */
export interface Doer {
  /** The id of the next task. */
  readonly nextId: number
  /**
   * @param transfer is the doer's afterwards
   * @throws MesosizeError CANCELLED after `close`
   */
  ask(task: Task, transfer?: ArrayBuffer[]): Promise<Uint8Array | undefined>
}

/** The thread that this is called on. */
export class ThisThread implements Doer {
  nextId = 0
  readonly #encoding: Encoding
  #work: Work | undefined
  #closed = false

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  async ask(task: Task): Promise<Uint8Array | undefined> {
    if (this.#closed) throw cancelled()
    this.#work ??= startWork(this.#encoding)
    const bytes = await this.#work({ id: this.nextId++, ...task })
    if (this.#closed) throw cancelled()
    return bytes
  }

  close(): void {
    this.#closed = true
  }
}

interface Waiting {
  resolve(bytes: Uint8Array | undefined): void
  reject(error: Error): void
}

/** Another thread, started when there is something to do: cached packages need no work. */
export class Thread implements Doer {
  nextId = 0
  /** Bytes to compress, as far as they were given to this thread. */
  load = 0
  readonly #script: URL
  readonly #encoding: Encoding
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #failure: Error | undefined

  /** @param script the worker's file */
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
    this.#fail(cancelled())
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

function cancelled(): MesosizeError {
  return new MesosizeError('CANCELLED', 'The work was cancelled.')
}
