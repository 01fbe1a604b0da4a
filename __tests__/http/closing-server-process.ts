/** Downloads from a server that closes each connection, more slowly than it sends. Prints how often all bytes came. */
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createFetch } from '../../src/http/fetch.ts'

const SIZE = 8 * 1024 * 1024
const HEAD = `HTTP/1.0 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`
const DOWNLOADS = 12

const server = createServer(socket => {
  socket.once('data', () => {
    socket.write(HEAD)
    socket.end(Buffer.alloc(SIZE))
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const fetch = createFetch({ version: '1' })
let complete = 0
for (let download = 0; download < DOWNLOADS; download++) {
  const { body } = await fetch(`http://127.0.0.1:${port}/`)
  let size = 0
  for await (const piece of body!) {
    size += piece.length
    // So slow that the response has to wait, at least in the beginning.
    await setTimeout(size < SIZE / 4 ? 2 : 0)
  }
  if (size === SIZE) complete++
}
console.log(`${complete} of ${DOWNLOADS}`)
server.close()
