/** A workflow command, as the runner reads it from a line of a step's output. */
export interface WorkflowCommand {
  name: string
  properties: Record<string, string>
  data: string
}

/** A line of a step's output, and the command that it is to the runner. */
export interface LogLine {
  line: string
  command?: WorkflowCommand
}

/** All that the runner knows; upper and lower case are the same to it (Runner.Worker/ActionCommandManager.cs). */
const KNOWN = [
  ...['set-env', 'set-output', 'save-state', 'add-mask', 'add-path', 'add-matcher', 'remove-matcher'],
  ...['debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'echo', 'stop-commands'],
]

/**
 * A stand-in for the runner's reading of a step's output, of both streams: `::command::` where a line begins, behind
 * white space, and the older `##[command]` anywhere in a line, unless commands are stopped
 * (actions/runner: Runner.Common/ActionCommand.cs, Runner.Worker/ActionCommandManager.cs).
 */
export function readRunnerLog(output: string): LogLine[] {
  let token: string | undefined
  // As .NET's StreamReader does, which also takes a lone CR for the end of a line.
  return output.split(/\r\n|\r|\n/).map(line => {
    const known = token === undefined ? KNOWN : [...KNOWN, token.toLowerCase()]
    const command = parseNew(line, known) ?? parseOld(line, known)
    if (!command) return { line }
    if (token !== undefined) {
      if (command.name.toLowerCase() !== token.toLowerCase()) return { line }
      token = undefined
    } else if (command.name === 'stop-commands') token = command.data
    return { line, command }
  })
}

function parseNew(text: string, known: readonly string[]): WorkflowCommand | undefined {
  // What .NET trims.
  const line = text.replace(/^[\s\x85]+/, '')
  const end = line.startsWith('::') ? line.indexOf('::', 2) : -1
  if (end < 0) return undefined
  return commandOf(line.slice(2, end), line.slice(end + 2), known, ',', [
    ...['%0D', '%0A', '%3A', '%2C', '%25'],
  ])
}

function parseOld(line: string, known: readonly string[]): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  const end = start < 0 ? -1 : line.indexOf(']', start)
  if (end < 0) return undefined
  return commandOf(line.slice(start + 3, end), line.slice(end + 1), known, ';', [
    ...['%3B', '%0D', '%0A', '%5D', '%25'],
  ])
}

function commandOf(
  info: string,
  data: string,
  known: readonly string[],
  separator: string,
  encoded: readonly string[],
): WorkflowCommand | undefined {
  const space = info.indexOf(' ')
  const name = space < 0 ? info : info.slice(0, space)
  if (!known.includes(name.toLowerCase())) return undefined
  const decode = (text: string) =>
    encoded.reduce((all, code) => all.replaceAll(code, decodeURIComponent(code)), text)
  const pairs = space < 0 ? [] : info.slice(space + 1).split(separator)
  const properties = pairs.flatMap(pair => {
    const [, key, value] = /^([^=]+)=(.+)$/s.exec(pair.trim()) ?? []
    return key === undefined ? [] : [[key, decode(value!)]]
  })
  return {
    name: KNOWN.includes(name.toLowerCase()) ? name.toLowerCase() : name,
    properties: Object.fromEntries(properties),
    data: decode(data),
  }
}
