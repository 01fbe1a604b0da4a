import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import { promisify } from 'node:util'
import { MesosizeError } from '../../lib/errors.ts'
import { quote } from '../../lib/quote.ts'
import { setting } from '../../lib/setting.ts'

const run = promisify(execFile)

/**
 * The files that differ between the last commit and where its history left that of another, deleted ones included.
 * @param ref names the other commit, such as `origin/main`
 * @param cwd a folder of the repository
 * @returns paths relative to that folder
 * @throws MesosizeError CHANGES_UNKNOWN
 */
export async function changedFiles(ref: string, cwd: string): Promise<string[]> {
  const git = async (...args: string[]) => {
    const { stdout } = await run('git', args, { cwd, maxBuffer: 64 << 20 })
    return stdout
  }
  const prefix = await git('rev-parse', '--show-prefix').catch(error => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw unknown(
      isMissing
        ? 'needs git, which is not installed. Install it.'
        : `git cannot read a repository here: ${lastLine(error)}. Run it in a checkout.`,
    )
  })
  if (!(await succeeds(git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)))) {
    const isNew = /^0+$/.test(ref) ? ' It stands for "no commit", as before the first push of a branch.' : ''
    throw unknown(`${quote(ref)} is not a commit that is here.${isNew} ${await advice(git)}`)
  }
  if (!(await succeeds(git('merge-base', ref, 'HEAD')))) {
    throw unknown(`${quote(ref)} and HEAD have no common commit here. ${await advice(git)}`)
  }
  // A renamed file counts in both places.
  const output = await git('diff', '--name-only', '-z', '--no-renames', '--end-of-options', `${ref}...`)
  const from = posix.join('/', prefix.trim())
  return output
    .split('\0')
    .filter(Boolean)
    .map(path => posix.relative(from, posix.join('/', path)))
}

async function advice(git: (...args: string[]) => Promise<string>): Promise<string> {
  const isShallow = (await git('rev-parse', '--is-shallow-repository').catch(() => '')).trim() === 'true'
  return isShallow
    ? 'The clone is shallow. Write fetch-depth: 0 for actions/checkout, or run "git fetch --unshallow".'
    : 'Check the name, or fetch it.'
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function unknown(problem: string): MesosizeError {
  return new MesosizeError('CHANGES_UNKNOWN', `${setting('changed-since')}: ${problem}`)
}

function lastLine(error: { stderr?: string }): string {
  return quote(error.stderr?.trim().split('\n').at(-1) ?? '')
}
