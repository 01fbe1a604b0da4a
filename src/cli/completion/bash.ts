import { shellQuote } from '../../lib/shell-quote.ts'
import type { Completed, CompletedCommand } from './model.ts'

/**
 * A script for bash 3.2 and later. Where it has no reply, bash completes file names, as it does elsewhere, so quotes
 * and blanks in them are right; before version 4 it does so as well where there is nothing to complete.
 */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name)
  return `# Completion for bash, printed by "mesosize completion bash".

_mesosize_reply() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@")
}

_mesosize() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=export operands options completed words
  COMPREPLY=()
  # Bash takes the "=" of --option=value for a word.
  if [[ $word == = ]]; then
    word=
    before+='='
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}=
  fi
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${names.join(' | ')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi

  case $command in
${commands.flatMap(settings).join('\n')}
  esac
  case $command$before in
${commands.flatMap(values).join('\n')}
    *)
      if [[ $word == -* ]]; then
        completed=words words=$options
      else
        completed=$operands
        ((COMP_CWORD == 1)) && _mesosize_reply -W ${shellQuote(names.join(' '))} -- "$word"
      fi
      ;;
  esac

  case $completed in
    words) _mesosize_reply -W "$words" -- "$word" ;;
    folders)
      _mesosize_reply -d -- "$word"
      compopt -o filenames 2> /dev/null
      ;;
    files) return ;;
  esac
  # No file names instead.
  compopt +o default 2> /dev/null
}

complete -o default -F _mesosize mesosize
`
}

function settings({ name, options, operands }: CompletedCommand): string[] {
  const names = options.flatMap(option => option.names.filter(each => each.startsWith('--')))
  return [`    ${name}) options=${shellQuote(names.join(' '))} ${assign('operands', operands)} ;;`]
}

/** The branches for words that stand after an option, and are its value. */
function values({ name, options }: CompletedCommand): string[] {
  const patterns = new Map<string, string[]>()
  for (const { names, value } of options) {
    if (!value) continue
    const branch = assign('completed', value.completed)
    const joined = names.filter(each => each.startsWith('--')).map(each => `${each}=`)
    const before = value.optional ? joined : [...names, ...joined]
    patterns.set(branch, [...(patterns.get(branch) ?? []), ...before.map(each => name + each)])
  }
  return [...patterns].map(([branch, all]) => `    ${all.join(' | ')}) ${branch} ;;`)
}

function assign(variable: string, completed: Completed): string {
  if (typeof completed === 'string') return `${variable}=${completed}`
  return `${variable}=words words=${shellQuote(completed.join(' '))}`
}
