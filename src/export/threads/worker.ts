import { parentPort, workerData } from 'node:worker_threads'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import type { Reply, Request } from './messages.ts'
import { startWork } from './work.ts'

const port = parentPort!
const work = startWork(workerData)

port.on('message', async (request: Request) => {
  const { id } = request
  try {
    const bytes = await work(request)
    // Transferred, not copied: whoever made the bytes does not use them again.
    port.postMessage({ id, bytes } satisfies Reply, bytes ? [bytes.buffer as ArrayBuffer] : [])
  } catch (error) {
    const code = error instanceof MesosizeError ? error.code : undefined
    port.postMessage({ id, error: { message: messageOf(error), code } } satisfies Reply)
  }
})
