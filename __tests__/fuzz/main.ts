/**
 * Fuzzes what reads packages, configuration and answers: `npm run fuzz -- --minutes 10`. Ends with status 1 if
 * anything was found.
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
    /** Of all targets together. */
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    /** Only this one; may be given several times. */
    target: { type: 'string', multiple: true, default: Object.keys(targets) },
    /** Tries this file as the target's input, instead of others. */
    replay: { type: 'string' },
    /** Where the inputs of findings are kept. */
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
if (!fenced) console.log('There was no fence: only the sandbox was looked at for what was written.')
const findings = [...states].flatMap(([name, state]) => state.findings.map(each => ({ name, ...each })))
for (const { name, kind, index, count, details } of findings) {
  console.log(`${kind} in ${name}, input ${index}, seen ${count} times:\n${details}\n`)
}
if (findings.length > 0) console.log(`The inputs are kept in ${resolve(values.keep)}.`)
process.exitCode = findings.length > 0 ? 1 : 0
