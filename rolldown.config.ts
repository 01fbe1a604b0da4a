import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { defineConfig } from 'rolldown'
import { licenses } from './build/licenses.ts'

/**
 * Names a chunk for what is in it: after the largest of our modules, or, where packages outweigh them, after the
 * package that has the most of it.
 */
function chunkName({ name, moduleIds }: { name: string; moduleIds: string[] }): string {
  if (moduleIds.some(id => id.endsWith('/src/export/pipeline.ts'))) return 'pipeline.js'
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
  const path = relative(import.meta.dirname, largest).replace(/^src[/\\]|\.\w+$/g, '')
  return `${path.replaceAll(/[/\\]/g, '-')}.js`
}

/** The package that a module belongs to, such as `actions-core`; undefined for our own. */
function packageOf(id: string): string | undefined {
  const name = /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1]
  return name?.replace('@', '').replace(/[/\\]/, '-')
}

const notices = licenses()

const programs = defineConfig({
  input: {
    cli: 'src/cli/main.ts',
    'export-action': 'src/actions/export/main.ts',
    'export-action-post': 'src/actions/export/post.ts',
    'deploy-action': 'src/actions/deploy/main.ts',
    'remove-action': 'src/actions/remove/main.ts',
    worker: 'src/export/threads/worker.ts',
  },
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  // `@actions/core` imports these, and all of undici with them, for functions that no action of ours calls.
  treeshake: { moduleSideEffects: [{ test: /@actions\/(core|http-client)\//, sideEffects: false }] },
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    minify: true,
    entryFileNames: '[name].js',
    // No content hashes: a change shows as a change of a file, and what is read at run time lies beside whatever reads it.
    chunkFileNames: chunkName,
  },
  plugins: [
    notices,
    {
      name: 'files-beside-the-code',
      generateBundle() {
        for (const file of [
          'src/rootfs/launch.sh',
          'src/agent/contain.sh',
          'src/codec/gzip/libdeflate.wasm',
          'src/codec/xz/liblzma.wasm',
          'src/inspect/page/page.css',
        ])
          this.emitFile({ type: 'asset', fileName: basename(file), source: readFileSync(file) })
      },
    },
  ],
})

/** The script of a page, which runs in browsers. */
const page = defineConfig({
  input: { 'inspect-page': 'src/inspect/page/main.ts' },
  platform: 'browser',
  output: { dir: 'dist', format: 'iife', minify: true, entryFileNames: '[name].js' },
  plugins: [notices],
})

export default [programs, page]
