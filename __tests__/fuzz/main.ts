/**
 * Fuzzes everything that reads input from outside: `npm run fuzz -- --minutes 10`. Exits with status 1 if there are
 * findings.
 */
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { table } from './table.ts'
import { targets } from './targets/index.ts'

const { values } = parseArgs({
  options: {
    /** For all targets together. */
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    /** Only these targets; repeatable. */
    target: { type: 'string', multiple: true, default: Object.keys(targets) },
    /** A file to try as the input of the target. */
    replay: { type: 'string' },
    /** Folder for the inputs of findings. */
    keep: { type: 'string', default: join(import.meta.dirname, '../../fuzz-findings') },
  },
})
const names = values.target
const unknown = names.filter(name => !Object.hasOwn(targets, name))
if (unknown.length > 0) throw new Error(`no target ${unknown}: there are ${Object.keys(targets).join(', ')}`)

const cancellation = new AbortController()
process.once('SIGINT', () => cancellation.abort())
const seed = Number(values.seed)
const milliseconds = (Number(values.minutes) * 60_000) / names.length
console.log(`seed ${seed}, ${availableParallelism()} CPUs, ${names.join(', ')}`)

let shown = 0
const { states, fenced } = await fuzz({
  module: new URL('targets/index.ts', import.meta.url).href,
  names,
  seed,
  amount: values.replay === undefined ? { milliseconds } : { inputs: 1 },
  replayed: values.replay && resolve(values.replay),
  patience: 30_000,
  keepIn: resolve(values.keep),
  signal: cancellation.signal,
  onProgress(name, { tried, spent, findings }) {
    if (Date.now() - shown < 10_000) return
    shown = Date.now()
    const part = Math.round((100 * spent) / milliseconds)
    console.log(
      `${name}: ${tried} inputs, ${part}%${findings.length > 0 ? `, ${findings.length} findings` : ''}`,
    )
  },
})

console.log(`\n${table(states)}\n`)
if (!fenced) console.log('Mount namespaces are not available: only the sandbox was checked for escapes.')
const findings = [...states].flatMap(([name, state]) => state.findings.map(each => ({ name, ...each })))
for (const { name, kind, index, count, details } of findings) {
  console.log(`${kind} in ${name}, input ${index}, seen ${count} times:\n${details}\n`)
}
if (findings.length > 0) console.log(`The inputs are kept in ${resolve(values.keep)}.`)
process.exitCode = findings.length > 0 ? 1 : 0
