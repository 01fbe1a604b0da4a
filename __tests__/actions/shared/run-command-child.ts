/** Runs a command as an action does, and prints how it ended: argv has it as JSON. SIGINT cancels it. */
import { commandRunner } from '../../../src/actions/shared/run-command.ts'

const cancellation = new AbortController()
process.once('SIGINT', () => cancellation.abort(new Error('cancelled')))
let bytes = 0
try {
  const status = await commandRunner(cancellation.signal)(JSON.parse(process.argv[2]!), chunk => {
    bytes += chunk.length
  })
  console.log(JSON.stringify({ status, bytes }))
} catch (error) {
  console.log(JSON.stringify({ thrown: (error as Error).message }))
}
