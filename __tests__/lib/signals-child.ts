/** A program that listens for signals: argv has what it does, a folder for that, and perhaps that time flies. */
import { execFileSync } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { interruptible, listenForSignals } from '../../src/lib/signals.ts'

const [what = '', folder = '', time] = process.argv.slice(2)
const { setInterval } = globalThis
if (time === 'flies') {
  globalThis.setInterval = ((call: () => void, after: number) => {
    say(`${after} ms`)
    return setInterval(call, 1)
  }) as typeof globalThis.setInterval
}

const WORK: Record<string, () => Promise<unknown>> = {
  stops: stopped,
  'never stops': forEver,
  'may take an hour longer': () => {
    listener.allow(3_600_000)
    return forEver()
  },
  'may take forever': () => {
    listener.allow(Number.MAX_SAFE_INTEGER)
    return forEver()
  },
  computes: () =>
    interruptible(() => {
      say('busy')
      for (;;);
    }),
  'has computed': async () => {
    await interruptible(() => {})
    await stopped()
  },
  'no longer listens': async () => {
    listener.close()
    await forEver()
  },
  'opens a pipe without a writer': () => open(makePipe()),
  'has a thread that computes': () => withThread('for (;;);'),
  'has a thread that opens a pipe without a writer': () =>
    withThread(`require('node:fs').openSync(${JSON.stringify(makePipe())})`),
}

const listener = listenForSignals(['SIGINT', 'SIGTERM'])
listener.signal.addEventListener('abort', () => say(`heard ${listener.heard()}`))
const work = WORK[what]!()
if (what !== 'computes') setImmediate(() => setImmediate(() => say('busy')))
await work

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function makePipe(): string {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

async function stopped(): Promise<void> {
  const waiting = setInterval(() => {}, 1000)
  await new Promise(resolve => listener.signal.addEventListener('abort', resolve))
  clearInterval(waiting)
}

function forEver(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 1000))
}

async function withThread(code: string): Promise<void> {
  const thread = new Worker(code, { eval: true })
  await stopped()
  await thread.terminate()
}
