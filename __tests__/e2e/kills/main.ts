/** Kills exports at random: `npm run kills -- --runs 300`, after `npm run build`. Ends with status 1 for any problem. */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killExports } from './kills.ts'

const { values } = parseArgs({
  options: {
    /** How many are killed. */
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
console.log(
  `\n| Rounds | Killed | Ended before | Survived beside or after | Most left over | Problems |\n| --- | --- | --- | --- | --- | --- |\n| ${Object.values(report).join(' | ')} | ${problems.length} |`,
)
for (const problem of problems) console.log(`\n${problem}`)
// What is left of problems stays, to be looked at.
if (problems.length === 0) rmSync(folder, { recursive: true })
process.exitCode = problems.length > 0 ? 1 : 0
