import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, open, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import type { Account } from './account.ts'
import { programPath } from './programs.ts'

/** The folder of a run, with a sandbox for each instance in it. */
export interface SandboxFolder {
  path: string
  /** Removes it with all that is in it, or leaves it if it is to be kept. */
  close(): Promise<void>
}

/**
 * Removes a folder when its standard input ends, however this process ends. A folder with a mount in it is left alone:
 * whoever removed it would remove what is mounted. What was killed a moment ago may still write.
 */
const JANITOR = `trap '' HUP INT TERM
cat >/dev/null
for try in 1 2 3 4 5; do
  while read -r _ _ _ _ point _; do
    case $point in "$2" | "$2"/*) echo "$1: something is mounted in it" >&2; exit 1 ;; esac
  done </proc/self/mountinfo
  rm -rf -- "$1" && exit 0
  sleep 1
done
exit 1`

/**
 * Makes a folder for sandboxes, in TMPDIR or /var/tmp.
 * @param keep leave it there afterwards
 * @throws MesosizeError SANDBOX_UNWRITABLE, SANDBOX_FULL
 */
export async function makeSandboxFolder(keep: boolean): Promise<SandboxFolder> {
  const parent = process.env.TMPDIR ? tmpdir() : '/var/tmp'
  const path = await inTemporary(parent, async () => realpath(await mkdtemp(join(parent, 'mesosize-run-'))))
  // An agent's work directory can be passed through, its sandboxes not.
  await chmod(path, 0o711)
  if (keep) return { path, close: async () => {} }
  const janitor = spawn(programPath('sh'), ['-c', JANITOR, 'sh', path, asInMountinfo(path)], {
    // A session of its own, so that Ctrl-C does not reach it.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  return { path, close: () => dismiss(janitor, path) }
}

/** The sandbox of a task, and the files in it to which its output goes. */
export interface Sandbox {
  path: string
  files: Record<'stdout' | 'stderr', WriteStream>
}

/** Source: slave/paths.cpp in Mesos; the mode is that of Mesos 1.6 and later. */
export async function makeSandbox(folder: string, name: string, { uid, gid }: Account): Promise<Sandbox> {
  const path = join(folder, name)
  return inTemporary(path, async () => {
    await mkdir(path, { mode: 0o750 })
    await chown(path, uid, gid)
    const files = {
      stdout: await makeFile(join(path, 'stdout')),
      stderr: await makeFile(join(path, 'stderr')),
    }
    return { path, files }
  })
}

async function makeFile(path: string): Promise<WriteStream> {
  const stream = (await open(path, 'wx', 0o644)).createWriteStream()
  // A full disk is the task's problem; its output is still shown.
  return stream.on('error', () => {})
}

export function isFull(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device/.test(message ?? '')
}

export function sandboxFull(sandbox: string, cause: unknown): MesosizeError {
  return new MesosizeError(
    'SANDBOX_FULL',
    `There is no room for the app in ${sandbox}. Free some space, or name another folder in the variable TMPDIR.`,
    { cause },
  )
}

/**
 * Writes in a temporary folder.
 * @throws MesosizeError SANDBOX_UNWRITABLE, SANDBOX_FULL
 */
export async function inTemporary<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isFull(error)) throw sandboxFull(path, error)
    throw new MesosizeError(
      'SANDBOX_UNWRITABLE',
      `${path} cannot be written: ${messageOf(error)}. Name another folder in the variable TMPDIR.`,
      { cause: error },
    )
  }
}

async function dismiss(janitor: ChildProcess, path: string): Promise<void> {
  let words = ''
  janitor.stderr!.setEncoding('utf8').on('data', (text: string) => {
    words += text
  })
  janitor.stdin!.end()
  const [status] = await once(janitor, 'close')
  if (status === 0) return
  throw new MesosizeError(
    'SANDBOX_UNWRITABLE',
    `${path} cannot be removed: ${words.trim().split('\n').at(-1)}. Remove it yourself.`,
  )
}

/** A path as the kernel writes it there: proc(5). */
function asInMountinfo(path: string): string {
  return path.replace(/[ \t\n\\]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
