import { MesosizeError } from '../../lib/errors.ts'
import type { Agents, TaskPlace } from './agents.ts'
import { lastLines } from './tail.ts'

const COUNT = 20

/**
 * The last lines that a failed task wrote to stderr, to print below the report of its failure. Each begins with "|", so
 * that it cannot be mistaken for anything else. If they cannot be read, one line says why.
 * @throws the signal's reason if it was aborted
 */
export async function lastWords(task: TaskPlace, agents: Agents): Promise<string[]> {
  try {
    const lines = await lastLines(task, 'stderr', COUNT, agents)
    return lines.length === 0
      ? ['Its stderr is empty.']
      : ['The last lines of its stderr:', ...lines.map(line => `| ${line}`)]
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    return [`Its stderr cannot be read. ${error.message}`]
  }
}
