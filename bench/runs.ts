/**
 * Starts the example, waits until it is healthy and stops it, again and again, with the shipped command line, and checks
 * that it leaves nothing behind: `npm run runs -- --runs 200`, as root on Linux, with busybox-static.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BUSYBOX } from '../__tests__/testkit/machine.ts'
import { makeExample } from '../examples/make.ts'

const CLI = join(import.meta.dirname, '../dist/cli.js')
const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } })
const runs = Number(values.runs)

const root = await mkdtemp(join(tmpdir(), 'mesosize-runs-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
const [artifactsDir, keysDir, sandboxes, output] = ['artifacts', 'keys', 'sandboxes', 'output'].map(name =>
  join(root, name),
) as [string, string, string, string]
await makeExample({ artifactsDir, keysDir, busybox: BUSYBOX })

const app = exportExample()
const before = machine()
const times: number[] = []
for (let run = 1; run <= runs; run++) {
  const { instances } = JSON.parse(cli('run', app, '--until-healthy', '--timeout', '5m', '--json'))
  times.push(instances[0].healthyAfter)
  if (run % 20 === 0) console.error(`${run} of ${runs}`)
}
const left = Object.entries(machine()).flatMap(([what, members]) =>
  members.filter(each => !before[what]!.includes(each)).map(each => `${what}: ${each}`),
)
times.sort((a, b) => a - b)
const at = (share: number) => `${(times[Math.min(runs - 1, Math.floor(runs * share))]! / 1000).toFixed(2)} s`
console.log(`${runs} runs; healthy after ${at(0.5)} (median), ${at(0)} to ${at(1)}`)
console.log(left.length === 0 ? 'Nothing is left.' : `Left:\n${left.join('\n')}`)
if (left.length > 0) process.exitCode = 1

function exportExample(): string {
  const packages = ['example/hello', '--artifacts', artifactsDir, '--keys', keysDir, '--no-cache']
  const base = ['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher']
  cli(...packages, ...base, '--output-dir', output, '--uri-base', `file://${output}`)
  return join(output, readdirSync(output).find(name => name.endsWith('.json'))!)
}

function cli(...args: string[]): string {
  const env = { ...process.env, TMPDIR: sandboxes }
  spawnSync('mkdir', ['-p', sandboxes])
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  return stdout
}

/** What a run could leave: mounts, processes that have its folders in their environment, files, accounts, sockets. */
function machine(): Record<string, string[]> {
  const lines = (path: string) => readFileSync(path, 'utf8').split('\n')
  return {
    mounts: lines('/proc/self/mountinfo'),
    files: readdirSync(sandboxes),
    accounts: [...lines('/etc/passwd'), ...lines('/etc/group')],
    processes: readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && belongs(pid)),
    // Shared memory of System V: key, id, …; the first line has the names.
    memory: lines('/proc/sysvipc/shm').map(line => line.trim().split(/\s+/).slice(0, 2).join(' ')),
  }
}

function belongs(pid: string): boolean {
  if (Number(pid) === process.pid) return false
  try {
    return ['environ', 'cmdline'].some(file => readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(root))
  } catch {
    return false
  }
}
