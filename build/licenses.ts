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

/** Writes the licences of everything in the bundle into a file beside it, as those licences require. */
export function licenses(): Plugin {
  return {
    name: 'licenses',
    generateBundle() {
      const folders = [...this.getModuleIds()].map(packageFolder).filter(folder => folder !== undefined)
      const notices = [...new Set(folders)].sort().map(packageNotice)
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
