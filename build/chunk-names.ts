import { dirname, join, parse, relative } from 'node:path'
import type { Plugin, PreRenderedChunk } from 'rolldown'
import { GROUPS } from './chunks.ts'
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
 * Gives a chunk its name. The second chunk with modules of one package also has the name of the module that needs most
 * of it.
 * @param named the content of each chunk that has a name already, by that name
 * @throws Error if another chunk has the same name
 */
export function takeName(chunk: Chunk, infoOf: InfoOf, named: Map<string, string>): string {
  const content = chunk.moduleIds.join('\n') || String(chunk.facadeModuleId)
  const isFree = (name: string) => (named.get(name) ?? content) === content
  const short = chunkName(chunk, infoOf)
  const isSecond = !isFree(short) && packageOf(chunk.moduleIds[0] ?? '') !== undefined
  const name = isSecond ? `${short}-${parse(mainModule(chunk, infoOf).item).name}` : short
  if (!isFree(name)) {
    throw new Error(`Two chunks have the name ${name}. Change chunkName:\n${named.get(name)}\n\n${content}`)
  }
  named.set(name, content)
  return name
}

type Chunk = Pick<PreRenderedChunk, 'name' | 'facadeModuleId' | 'moduleIds'>

/**
 * Names a chunk after its group, or else after the module that is imported to load it. A chunk that several programs
 * share is named after the module that needs most of it, or, if none needs half of it, after the folder that contains
 * two thirds of it. The name of a chunk with modules of packages and of our own has both.
 */
export function chunkName({ name, facadeModuleId, moduleIds }: Chunk, infoOf: InfoOf): string {
  if (GROUPS.includes(name)) return name
  // Only re-exports a module that is in another chunk.
  if (moduleIds.length === 0) return `${nameOf(facadeModuleId ?? name)}-entry`
  if (facadeModuleId !== null) return nameOf(facadeModuleId)
  const sizeOf = (ids: readonly string[]) => sizeOfAll(ids, infoOf)
  const most = mainModule({ moduleIds }, infoOf)
  const folder = largest(moduleIds.map(dirname), path => sizeOf(moduleIds.filter(id => dirname(id) === path)))
  const total = sizeOf(moduleIds)
  const isScattered = packageOf(most.item) === undefined && most.size < total / 2
  if (isScattered && folder.size > (2 * total) / 3) return nameOf(folder.item)
  const own = moduleIds.find(id => packageOf(id) === undefined && !id.startsWith('\0'))
  const holder = packageOf(most.item)
  return own && holder ? `${nameOf(own)}-${holder}` : nameOf(most.item)
}

/** The module that needs most of a chunk. */
function mainModule({ moduleIds }: Pick<Chunk, 'moduleIds'>, infoOf: InfoOf): Sized {
  const within = new Set(moduleIds)
  return largest(moduleIds, id => sizeOfAll([...reach(id, infoOf, within)], infoOf))
}

function sizeOfAll(ids: readonly string[], infoOf: InfoOf): number {
  return ids.reduce((sum, id) => sum + (infoOf(id)?.code?.length ?? 0), 0)
}

interface Sized {
  item: string
  size: number
}

function largest(items: readonly string[], sizeOf: (item: string) => number): Sized {
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
