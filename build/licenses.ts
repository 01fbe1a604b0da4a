import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'
import { LIBDEFLATE_VERSION } from '../src/codec/gzip/libdeflate.ts'
import { LIBLZMA_VERSION } from '../src/codec/xz/liblzma.ts'

/** The libraries that are in the bundle as WebAssembly. */
const COMPILED = [
  { title: `libdeflate ${LIBDEFLATE_VERSION} (MIT)`, file: 'third_party/libdeflate/COPYING' },
  { title: `liblzma ${LIBLZMA_VERSION} (0BSD)`, file: 'third_party/xz/COPYING.0BSD' },
]

/**
 * Writes the licences of everything in the bundles into a file beside them, as those licences require. Builds that
 * share a folder must share this plugin: the last one writes the notices of all.
 */
export function licenses(): Plugin {
  const folders = new Set<string>()
  return {
    name: 'licenses',
    generateBundle() {
      for (const folder of [...this.getModuleIds()].map(packageFolder)) {
        if (folder !== undefined) folders.add(folder)
      }
      const notices = [...folders].sort().map(packageNotice)
      const compiled = COMPILED.map(({ title, file }) => notice(title, readFileSync(file, 'utf8')))
      const source = [...notices, ...compiled].join('\n\n')
      this.emitFile({ type: 'asset', fileName: 'THIRD_PARTY_LICENSES.txt', source })
    },
  }
}

function packageFolder(module: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1]
}

function packageNotice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find(file => /^licen[cs]e/i.test(file))
  const text = file ? readFileSync(join(folder, file), 'utf8') : `Licence: ${license}`
  return notice(`${name} ${version} (${license})`, text)
}

function notice(title: string, text: string): string {
  return `${title}\n\n${text.trim()}\n\n${'-'.repeat(80)}`
}
