import { execFileSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import type { Tree } from './tree.ts'
import { cliCommand, homeOf, installed, type Place } from './variants.ts'

/** What a deployment transfers to agents, bytes. */
export interface Deployment {
  name: string
  /** Number of files that the app fetches. */
  files: number
  /** Size of everything that the app fetches. */
  total: number
  /** Size of the new files: uploaded once, and downloaded by each agent that has the rest. */
  added: number
}

/** Exports a tree, then the same with something changed, as one tarball and as layers. */
export function measureDeployments(tree: Tree, place: Place): Deployment[] {
  return ['', '--layers', '--layers=package'].flatMap(option => {
    const options = option === '' ? [] : [option]
    const image = option === '' ? 'one tarball' : `\`${option}\``
    rmSync(place.output, { recursive: true, force: true })
    const before = exportTree(tree, place, options)
    return [
      { name: `${image}, the service rebuilt`, changed: tree.rebuilt },
      { name: `${image}, a dependency too`, changed: tree.next },
    ].map(({ name, changed }) => {
      const after = exportTree({ ...tree, ...changed }, place, options)
      const sizes = [...after.values()]
      const added = [...after].flatMap(([uri, size]) => (before.has(uri) ? [] : size))
      return { name, files: sizes.length, total: sum(sizes), added: sum(added) }
    })
  })
}

/** @returns bytes by URI of the files that the app fetches */
function exportTree(tree: Tree, place: Place, options: readonly string[]): Map<string, number> {
  const [program = '', ...words] = cliCommand(installed(tree), place, ['--no-cache', ...options])
  const text = execFileSync(program, words, {
    env: homeOf(place),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { fetch }: { fetch: { uri: string }[] } = JSON.parse(text)
  return new Map(fetch.map(({ uri }) => [uri, statSync(new URL(uri)).size]))
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}
