/**
 * Kills exports at random: `npm run kills -- --runs 300`, after `npm run build`. Exits with status 1 if there are
 * problems.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killExports } from './kills.ts'

const { values } = parseArgs({
  options: {
    /** Number of exports to kill. */
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'mesosize-kills-'))
console.log(`seed ${values.seed}, in ${folder}`)
const { problems, ...report } = await killExports({
  kills: Number(values.runs),
  seed: Number(values.seed),
  folder,
  onRound: ({ rounds, killed, problems }) => {
    if (rounds % 10 === 0) console.log(`${rounds} rounds, ${killed} killed, ${problems.length} problems`)
  },
})
const columns = ['Rounds', 'Killed', 'Ended before', 'Succeeded', 'Leftovers at most', 'Problems']
const numbers = [...Object.values(report), problems.length]
for (const row of [columns, columns.map(() => '---'), numbers]) console.log(`| ${row.join(' | ')} |`)
for (const problem of problems) console.log(`\n${problem}`)
// The folder is kept for inspection if there are problems.
if (problems.length === 0) rmSync(folder, { recursive: true })
process.exitCode = problems.length > 0 ? 1 : 0
