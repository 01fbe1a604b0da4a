import { dirname, join, relative } from 'node:path'
import type { Plugin, PreRenderedChunk } from 'rolldown'
import { PIPELINE, START } from './chunks.ts'
import { type InfoOf, reach } from './reach.ts'
import { PREFIX } from './without-node-fetch.ts'

const SOURCE = join(import.meta.dirname, '../src')

/** Names the files of chunks, and refuses to build two of the same name, which rolldown would number. */
export function chunkNames(): Plugin {
  let infoOf: InfoOf = () => null
  const named = new Map<string, string>()
  return {
    name: 'chunk-names',
    buildEnd() {
      infoOf = id => this.getModuleInfo(id)
    },
    outputOptions(options) {
      return { ...options, chunkFileNames: chunk => `${takeName(chunk, infoOf, named)}.js` }
    },
  }
}

/**
 * Gives a chunk its name.
 * @param named the content of each chunk that has a name already, by that name
 * @throws Error if another chunk has the same
 */
export function takeName(chunk: Chunk, infoOf: InfoOf, named: Map<string, string>): string {
  const name = chunkName(chunk, infoOf)
  const content = chunk.moduleIds.join('\n') || String(chunk.facadeModuleId)
  const other = named.get(name) ?? content
  if (other !== content) {
    throw new Error(`Two chunks have the name ${name}. Change chunkName:\n${other}\n\n${content}`)
  }
  named.set(name, content)
  return name
}

type Chunk = Pick<PreRenderedChunk, 'name' | 'facadeModuleId' | 'moduleIds'>

/**
 * Names a chunk after its group, or else after the module that is imported to load it. A chunk that several programs
 * share is named after the module that needs most of it, or, if none needs half of it, after the folder that contains
 * two thirds of it. The name of a chunk with modules of packages and of ours has both.
 */
export function chunkName({ name, facadeModuleId, moduleIds }: Chunk, infoOf: InfoOf): string {
  if (name === START || name === PIPELINE) return name
  // Only re-exports a module that is in another chunk.
  if (moduleIds.length === 0) return `${nameOf(facadeModuleId ?? name)}-entry`
  if (facadeModuleId !== null) return nameOf(facadeModuleId)
  const within = new Set(moduleIds)
  const sizeOf = (ids: Iterable<string>) =>
    [...ids].reduce((sum, id) => sum + (infoOf(id)?.code?.length ?? 0), 0)
  const most = largest(moduleIds, id => sizeOf(reach(id, infoOf, within)))
  const folder = largest(moduleIds.map(dirname), path => sizeOf(moduleIds.filter(id => dirname(id) === path)))
  const total = sizeOf(moduleIds)
  const isScattered = packageOf(most.item) === undefined && most.size < total / 2
  if (isScattered && folder.size > (2 * total) / 3) return nameOf(folder.item)
  const own = moduleIds.find(id => packageOf(id) === undefined && !id.startsWith('\0'))
  const holder = packageOf(most.item)
  return own && holder ? `${nameOf(own)}-${holder}` : nameOf(most.item)
}

function largest(items: readonly string[], sizeOf: (item: string) => number): { item: string; size: number } {
  const sized = items.map(item => ({ item, size: sizeOf(item) }))
  return sized.reduce((best, next) => (next.size > best.size ? next : best))
}

/** `settings-read-run` for our own module `settings/read-run.ts`, `vendor-p-map` for every module of p-map. */
function nameOf(id: string): string {
  const holder = packageOf(id)
  if (holder !== undefined) return `vendor-${holder}`
  if (id.startsWith(PREFIX)) return 'node-http'
  if (id.startsWith('\0')) return id.replace(/^\0|\.\w+$/g, '').replaceAll('/', '-')
  const parts = relative(SOURCE, id)
    .replace(/(?:\/index)?\.\w+$/, '')
    .split(/[/\\]/)
    .filter((part, index, all) => part !== '..' && part !== all[index - 1])
  return parts.join('-')
}

/** The package that a module belongs to, such as `actions-core`; undefined for our own. */
function packageOf(id: string): string | undefined {
  const name = /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1]
  return name?.replace('@', '').replace(/[/\\]/, '-')
}
