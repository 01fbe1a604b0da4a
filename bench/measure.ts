import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The resources that one run of a whole process used. */
export interface Measurement {
  /** Seconds. */
  wall: number
  /** Seconds on all processors, user and system, including child processes. */
  cpu: number
  /** Peak of resident memory, bytes; of several processes, that of the largest. */
  peak: number
  /** Size of the file that it wrote, bytes. */
  size?: number
}

const TIME = '/usr/bin/time'

/**
 * Runs a program to its end.
 * @throws Error if it fails, or if there is no GNU time
 */
export function measure(command: readonly string[], env: Readonly<Record<string, string>> = {}): Measurement {
  if (!existsSync(TIME))
    throw new Error(`The benchmark needs ${TIME} (GNU time), which most systems package as "time".`)
  const folder = mkdtempSync(join(tmpdir(), 'mesosize-time-'))
  try {
    const file = join(folder, 'time')
    const started = performance.now()
    const { status, stderr, error } = spawnSync(TIME, ['-f', '%U %S %M', '-o', file, ...command], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })
    const wall = (performance.now() - started) / 1000
    if (error || status !== 0) throw new Error(`${command.join(' ')}\nfailed: ${error?.message ?? stderr}`)
    const [user = 0, system = 0, kibibytes = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number)
    return { wall, cpu: user + system, peak: kibibytes * 1024 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0
}
