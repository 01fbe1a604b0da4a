/** Runs commands as an action does, and prints how each ended: argv has them as JSON. SIGINT cancels them. */
import { commandRunner } from '../../../src/actions/shared/run-command.ts'

const cancellation = new AbortController()
process.once('SIGINT', () => cancellation.abort(new Error('cancelled')))
const run = commandRunner(cancellation.signal)
for (const command of JSON.parse(process.argv[2]!)) {
  let bytes = 0
  try {
    const status = await run(command, chunk => {
      bytes += chunk.length
    })
    console.log(JSON.stringify({ status, bytes }))
  } catch (error) {
    console.log(JSON.stringify({ thrown: (error as Error).message }))
  }
}
