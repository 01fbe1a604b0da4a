import { shellQuote } from '../../lib/shell-quote.ts'
import type { Completed, CompletedCommand, CompletedOption } from './model.ts'

/** Followed by a condition, which holds where something is completed. */
const WHERE = 'complete -c mesosize -n'

/** A script for fish. None of the texts holds a backslash, which fish would read inside quotes. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name)
  return `# Completion for fish, printed by "mesosize completion fish".

function __mesosize_is -d 'Whether the command is this one'
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] ${names.join(' ')}
        test $words[2] = $argv[1]
    else
        test $argv[1] = export
    end
end

function __mesosize_folders
    __fish_complete_directories (string replace -r '^--[^=]*=' '' -- (commandline -ct))
end

complete -c mesosize -f
${commands.map(first).join('\n')}
${commands.flatMap(lines).join('\n')}
`
}

function first({ name, summary }: CompletedCommand): string {
  return `${WHERE} 'test (count (commandline -opc)) = 1' -a ${name} -d ${shellQuote(summary)}`
}

function lines({ name, options, operands }: CompletedCommand): string[] {
  const isCommand = `__mesosize_is ${name}`
  // Otherwise the values of an option that can do without one were mixed with them.
  const isOperand = `${isCommand}; and not string match -q -- "-*" (commandline -ct)`
  return [
    ...(operands === 'anything' ? [] : [`${WHERE} '${isOperand}' ${completion(operands)}`]),
    ...options.map(option => `${WHERE} '${isCommand}' ${describe(option)}`),
  ]
}

function describe({ names, help, value }: CompletedOption): string {
  const words = names.map(name => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  if (value && !value.optional) words.push('-r')
  if (value) words.push(completion(value.completed))
  return [...words, '-d', shellQuote(help)].join(' ')
}

function completion(completed: Completed): string {
  switch (completed) {
    case 'anything':
      return '-f'
    case 'files':
      return '-F'
    case 'folders':
      return `-f -a '(__mesosize_folders)'`
    default:
      return `-f -a ${shellQuote(completed.join(' '))}`
  }
}
