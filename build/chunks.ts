import { existsSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ChunkingContext } from 'rolldown'
import { PREFIX } from './without-node-fetch.ts'

const TOP = join(import.meta.dirname, '..')
const START = 'start'
const PIPELINE = 'pipeline'
/** What the command line loads first, and for `--version` alone. */
const MAIN = join(TOP, 'src/cli/main.ts')

/** What a program reaches with static imports, from its first module on. */
type Reach = ReadonlySet<string>

/**
 * Groups modules that are loaded together: each further file costs a start about a millisecond, and an export of small
 * packages takes only some hundreds. All other modules are divided by rolldown, such that a program loads only what it
 * needs.
 */
export function chunkGroups(): { name(id: string, context: ChunkingContext): string | undefined } {
  let reached:
    | Record<'first' | 'cli' | 'cliExport' | 'action' | 'deploy' | 'remove' | 'worker', Reach>
    | undefined
  return {
    name(id, context) {
      reached ??= {
        first: reach(MAIN, context),
        cli: reach(join(TOP, 'src/cli/perform.ts'), context),
        cliExport: reach(join(TOP, 'src/cli/export.ts'), context),
        action: reach(join(TOP, 'src/actions/export/main.ts'), context),
        deploy: reach(join(TOP, 'src/actions/deploy/main.ts'), context),
        remove: reach(join(TOP, 'src/actions/remove/main.ts'), context),
        worker: reach(join(TOP, 'src/export/threads/worker.ts'), context),
      }
      // These are started while a person waits, and need little.
      if (reached.first.has(id) || reached.worker.has(id)) return undefined
      if (reached.cli.has(id)) return START
      const isOfExport = reached.cliExport.has(id) && reached.action.has(id)
      return isOfExport && !reached.deploy.has(id) && !reached.remove.has(id) ? PIPELINE : undefined
    },
  }
}

function reach(from: string, context: ChunkingContext): Reach {
  const found = new Set<string>()
  const visit = (id: string) => {
    if (found.has(id)) return
    found.add(id)
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) visit(next)
  }
  visit(from)
  return found
}

/**
 * Names a chunk for what is in it: after its group, else after the largest of our modules, or, where packages outweigh
 * them, after the package that has the most of it.
 */
export function chunkName({ name, moduleIds }: { name: string; moduleIds: string[] }): string {
  if (name === START || name === PIPELINE) return `${name}.js`
  if (moduleIds.length > 0 && moduleIds.every(id => id.startsWith(PREFIX))) return 'node-http.js'
  const sizes = new Map<string, number>()
  for (const id of moduleIds.filter(existsSync)) {
    const holder = packageOf(id) ?? 'own'
    sizes.set(holder, (sizes.get(holder) ?? 0) + statSync(id).size)
  }
  const [[holder] = []] = [...sizes].toSorted(([, a], [, b]) => b - a)
  // Only re-exports what is in another chunk.
  if (holder === undefined) return name === 'rolldown-runtime' ? `${name}.js` : `load-${name}.js`
  if (holder !== 'own') return `vendor-${holder}.js`
  const own = moduleIds.filter(id => existsSync(id) && packageOf(id) === undefined)
  const [largest = ''] = own.toSorted((a, b) => statSync(b).size - statSync(a).size)
  // `package.json` is beside src/.
  const path = relative(TOP, largest).replace(/^src[/\\]|\.\w+$/g, '')
  return `${path.replaceAll(/[/\\]/g, '-')}.js`
}

/** The package that a module belongs to, such as `actions-core`; undefined for our own. */
function packageOf(id: string): string | undefined {
  const name = /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1]
  return name?.replace('@', '').replace(/[/\\]/, '-')
}
