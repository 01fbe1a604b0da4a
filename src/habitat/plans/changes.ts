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
        : `git cannot read a repository here: ${complaint(error)}. Run it in a checkout, as its owner.`,
    )
  })
  // From here on its hash stands for the commit: a ref may be called --all.
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).then(
    output => output.trim(),
    () => undefined,
  )
  if (commit === undefined) {
    const isNew = /^0+$/.test(ref) ? ' It stands for "no commit", as before the first push of a branch.' : ''
    throw unknown(`${quote(ref)} is not a commit in this repository.${isNew} ${await advice(git)}`)
  }
  const common = await git('merge-base', commit, 'HEAD').catch(() => undefined)
  if (common === undefined) {
    throw unknown(`${quote(ref)} and HEAD have no common commit in this repository. ${await advice(git)}`)
  }
  // A renamed file counts in both places, and what a person has configured must not hide any.
  const complete = ['--no-renames', '--no-relative', '--ignore-submodules=none']
  const output = await git('diff', '--name-only', '-z', ...complete, common.trim(), 'HEAD')
  const from = posix.join('/', prefix.replace(/\n$/, ''))
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

function unknown(problem: string): MesosizeError {
  return new MesosizeError('CHANGES_UNKNOWN', `${setting('changed-since')}: ${problem}`)
}

/** What git says is wrong; advice may follow it. */
function complaint(error: { stderr?: string }): string {
  const fatal = /^fatal: .*/m.exec(error.stderr ?? '')?.[0]
  return quote(fatal ?? error.stderr?.trim() ?? '')
}
