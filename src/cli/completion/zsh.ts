import { shellQuote } from '../../lib/shell-quote.ts'
import type { Completed, CompletedCommand, CompletedOption } from './model.ts'

/** A script for zsh: to be sourced after compinit, or to be a file _mesosize in a folder of fpath. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name)
  return `#compdef mesosize
# Completion for zsh, printed by "mesosize completion zsh".

_mesosize_first() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${shellQuote(`${name}:${summary}`)}`).join('\n')}
  )
  _alternative 'packages:package:_files' 'commands:command:{_describe command commands}'
}

_mesosize() {
  local command=export operands=
  if ((CURRENT == 2)); then
    operands='*: :_mesosize_first'
  elif [[ $words[2] == (${names.join('|')}) ]]; then
    command=$words[2]
    words[2]=()
    ((CURRENT--))
  fi
  case $command in
${commands.map(branch).join('\n')}
  esac
}

if [[ $funcstack[1] == _mesosize ]]; then
  _mesosize "$@"
else
  compdef _mesosize mesosize
fi
`
}

function branch({ name, options, operands }: CompletedCommand): string {
  const specs = options.flatMap(specsOf).map(shellQuote)
  const rest = `"\${operands:-*:argument:${action(operands)}}"`
  return `    ${name})
      _arguments -s -S \\
${[...specs, rest].map(spec => `        ${spec}`).join(' \\\n')}
      ;;`
}

function specsOf({ names, help, value, repeatable }: CompletedOption): string[] {
  const prefix = repeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : ''
  const explanation = `[${help.replace(/[[\]\\]/g, '\\$&')}]`
  return names.map(name => {
    if (!value) return prefix + name + explanation
    // Where the value begins: in the same word or in the next, or only in the same.
    const sign = `${name.startsWith('--') ? '=' : '+'}${value.optional ? '-' : ''}`.replace('+-', '-')
    const message = value.placeholder.replaceAll(':', '\\:')
    const argument = `${value.optional ? '::' : ':'}${message}:${action(value.completed)}`
    return prefix + name + sign + explanation + argument
  })
}

function action(completed: Completed): string {
  switch (completed) {
    case 'anything':
      return ' '
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    default:
      return `(${completed.join(' ')})`
  }
}
