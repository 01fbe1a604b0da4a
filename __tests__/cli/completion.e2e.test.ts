import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SHELLS } from '../../src/cli/commands.ts'
import { completionFor, type Shell } from '../../src/cli/completion/shells.ts'
import { missingPrograms } from '../testkit/machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
const work = join(folder, 'work')
afterAll(() => rmSync(folder, { recursive: true }))

/** Printed before what is offered for the next line. */
const NEXT = '<next>'

/** The line editor completes each line, and prints every match. */
const ZSHRC = `
autoload -Uz compinit && compinit -u -D
source "$SCRIPT"
compadd() {
  local -a hits
  if [[ \${@[1,(i)(-|--)]} == *-[OAD]* ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A hits "$@"
  print -rl -- "HIT:"$^hits
  builtin compadd "$@"
}
zle-line-init() {
  for BUFFER in "\${(@f)LINES_TO_COMPLETE}"; do
    print -r -- "HIT:${NEXT}"
    CURSOR=$#BUFFER
    zle complete-word
  done
  exit 0
}
zle -N zle-line-init
`

/** Calls the function as readline does, with what it does when that has no reply. "=" is a word to bash. */
const BASH = `
source "$SCRIPT"
[ "$(complete -p mesosize)" = 'complete -o default -F _mesosize mesosize' ] || exit 1
compopt() { [ "$*" != '+o default' ] || files=no; }
while IFS= read -r line; do
  echo '${NEXT}'
  words=\${line//=/ = } files=
  read -ra COMP_WORDS <<< "$words"
  [[ $words != *' ' ]] || COMP_WORDS+=('')
  [[ $line != *= ]] || unset 'COMP_WORDS[-1]'
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _mesosize
  if [ "\${#COMPREPLY[@]}" -gt 0 ]; then printf '%s\\n' "\${COMPREPLY[@]}"
  elif [ ! "$files" ]; then compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"; fi
done <<< "$LINES_TO_COMPLETE"
`

const FISH = `
source $SCRIPT
for line in (string split \\n -- $LINES_TO_COMPLETE)
    echo '${NEXT}'
    complete -C $line
end
`

function run(program: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(program, args, {
    cwd: work,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, ZDOTDIR: folder, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What a shell prints when it completes lines. */
const shells: Readonly<Record<Shell, (env: Record<string, string>) => string[]>> = {
  bash: env => run('bash', ['--norc', '-c', BASH], env).split('\n'),
  zsh(env) {
    const text = run('script', ['-qec', 'zsh -i', '/dev/null'], env)
    return [...text.matchAll(/HIT:([^\r\n]*)/g)].map(([, hit = '']) => hit.replaceAll('\\', ''))
  },
  fish: env => run('fish', ['--no-config', '-c', FISH], env).split('\n'),
}

/** What a shell offers at the ends of lines: names of files, options, and words, each once. */
function complete(shell: Shell, lines: readonly string[]): string[][] {
  const script = join(folder, shell)
  writeFileSync(script, completionFor(shell))
  const offered: string[][] = []
  for (const text of shells[shell]({ SCRIPT: script, LINES_TO_COMPLETE: lines.join('\n') })) {
    if (text === NEXT) offered.push([])
    // Without the description, what was typed of the word before its value, and the mark of a folder.
    else offered.at(-1)?.push(text.replace(/\t.*/, '').replace(/^--[a-z-]+=|\/$/g, ''))
  }
  return offered.map(words => [...new Set(words)].filter(Boolean).sort())
}

const missing: Readonly<Record<Shell, string | undefined>> = {
  bash: missingPrograms('bash'),
  zsh: missingPrograms('zsh', 'script'),
  fish: missingPrograms('fish'),
}

const FILES = ['app.json', 'my web.hart', 'sub']

const LINES: Readonly<Record<string, readonly string[]>> = {
  'mesosize dep': ['deploy'],
  'mesosize deploy --time': ['--timeout'],
  'mesosize deploy --markd': [],
  'mesosize diff --markd': ['--markdown'],
  'mesosize core/redis --topo': ['--topology'],
  'mesosize export core/redis --topo': ['--topology'],
  'mesosize run core/redis --until': ['--until-healthy'],
  'mesosize run core/redis --output-d': ['--output-dir'],
  'mesosize core/redis --topology ': ['leader', 'standalone'],
  'mesosize core/redis --topology=': ['leader', 'standalone'],
  'mesosize core/redis --topology=l': ['leader'],
  'mesosize core/redis --layers=': ['auto', 'package'],
  'mesosize core/redis --layers ': FILES,
  'mesosize core/redis --mem 5 ': FILES,
  'mesosize core/redis --config ': FILES,
  'mesosize core/redis --output-dir ': ['sub'],
  'mesosize core/redis --output-dir=': ['sub'],
  'mesosize deploy ': FILES,
  'mesosize deploy ap': ['app.json'],
  'mesosize deploy --timeout ': [],
  'mesosize deploy --timeout=': [],
  'mesosize status ': [],
  'mesosize help sta': ['status'],
  'mesosize completion ': ['bash', 'fish', 'zsh'],
  'mesosize completion --q': [],
}

describe.each(SHELLS)('%s completes', shell => {
  const why = missing[shell]
  let offered: string[][]
  beforeAll(() => {
    if (why !== undefined) return
    mkdirSync(join(work, 'sub'), { recursive: true })
    for (const name of ['app.json', 'my web.hart']) writeFileSync(join(work, name), '')
    writeFileSync(join(folder, '.zshrc'), ZSHRC)
    offered = complete(shell, Object.keys(LINES))
  })

  test
    .skipIf(why !== undefined)
    .each(Object.entries(LINES).map(([line, words], index) => ({ line, words, index })))(
    `"$line"${why ? ` (${why})` : ''}`,
    ({ words, index }) => {
      expect(offered[index]).toEqual(words)
    },
  )
})

const noShellCheck = missingPrograms('shellcheck')
test.skipIf(noShellCheck !== undefined)(`ShellCheck finds nothing in the script for bash`, () => {
  const path = join(folder, 'checked.bash')
  writeFileSync(path, completionFor('bash'))
  expect(run('shellcheck', ['--shell', 'bash', path])).toBe('')
})
