/**
 * Records what `mesosize run` shows at a terminal for the example, built around a real busybox, and draws it as
 * docs/run.svg: `npm run record`, as root on Linux, with busybox-static and util-linux.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUSYBOX } from '../__tests__/testkit/machine.ts'
import { terminalSvg } from '../build/terminal.ts'
import { makeExample } from '../examples/make.ts'

const REPOSITORY = join(import.meta.dirname, '..')
const CLI = join(REPOSITORY, 'dist/cli.js')
const COMMAND = 'run hello.json --instances 2'

const root = await mkdtemp(join(tmpdir(), 'mesosize-record-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
const [artifactsDir, keysDir] = [join(root, 'artifacts'), join(root, 'keys')]
await makeExample({ artifactsDir, keysDir, busybox: BUSYBOX })
const packages = ['example/hello', '--artifacts', artifactsDir, '--keys', keysDir, '--no-cache']
const base = [
  '--sup-pkg',
  'stand-in/hab-sup',
  '--launcher-pkg',
  'stand-in/hab-launcher',
  '--output-dir',
  root,
]
const exported = spawnSync(process.execPath, [CLI, ...packages, ...base], { encoding: 'utf8' })
if (exported.status !== 0) throw new Error(exported.stderr)
renameSync(join(root, readdirSync(root).find(name => name.endsWith('.json'))!), join(root, 'hello.json'))

// script(1) gives the program a terminal, and its input to the terminal.
const terminal = spawn('script', ['-qefc', `'${process.execPath}' '${CLI}' ${COMMAND}`, '/dev/null'], {
  cwd: root,
  env: { ...process.env, TERM: 'xterm', NO_COLOR: '' },
  stdio: ['pipe', 'pipe', 'inherit'],
})
let text = ''
let stopped = false
terminal.stdout.setEncoding('utf8').on('data', chunk => {
  text += chunk
  // The addresses of both are there.
  if (stopped || text.split('\n').filter(line => line.includes('  ctl  ')).length < 2) return
  stopped = true
  terminal.stdin.write('\x03')
})
await once(terminal, 'close')
writeFileSync(
  join(REPOSITORY, 'docs/run.svg'),
  terminalSvg(
    'Two instances of the example, run by mesosize run',
    `$ mesosize ${COMMAND}\n${text.replaceAll('\r\n', '\n')}`,
  ),
)
