import { join } from 'node:path'
import type { ChunkingContext } from 'rolldown'
import { reach } from './reach.ts'

const TOP = join(import.meta.dirname, '..')
const START = 'start'
const PIPELINE = 'pipeline'
const FIRST = 'first'
/** The names of groups. */
export const GROUPS: readonly string[] = [FIRST, START, PIPELINE]
const MAIN = 'src/cli/main.ts'

/**
 * Groups modules that are loaded together: each further file costs a start about a millisecond, and an export of small
 * packages takes only some hundreds. All other modules are divided by rolldown, such that a program loads only what it
 * needs.
 */
export function chunkGroups(): { name(id: string, context: ChunkingContext): string | undefined } {
  let reached:
    | Record<'first' | 'cli' | 'cliExport' | 'action' | 'deploy' | 'remove' | 'worker', ReadonlySet<string>>
    | undefined
  return {
    name(id, context) {
      const from = (path: string) => reach(join(TOP, path), id => context.getModuleInfo(id))
      reached ??= {
        // What the command line loads first, and for `--version` alone.
        first: from(MAIN),
        cli: from('src/cli/perform.ts'),
        cliExport: from('src/cli/export.ts'),
        action: from('src/actions/export/main.ts'),
        deploy: from('src/actions/deploy/main.ts'),
        remove: from('src/actions/remove/main.ts'),
        worker: from('src/export/threads/worker.ts'),
      }
      // Modules that it imports later import from these chunks, and would wait for its top-level await if it were in
      // one.
      if (id === join(TOP, MAIN)) return undefined
      if (reached.first.has(id)) return FIRST
      // Threads are started while a person waits, and need little.
      if (reached.worker.has(id)) return undefined
      if (reached.cli.has(id)) return START
      const isOfExport = reached.cliExport.has(id) && reached.action.has(id)
      return isOfExport && !reached.deploy.has(id) && !reached.remove.has(id) ? PIPELINE : undefined
    },
  }
}
