import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { chunkNames } from './build/chunk-names.ts'
import { chunkGroups } from './build/chunks.ts'
import { licenses } from './build/licenses.ts'
import { withoutNodeFetch } from './build/without-node-fetch.ts'

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
    codeSplitting: { includeDependenciesRecursively: false, groups: [chunkGroups()] },
  },
  plugins: [
    notices,
    chunkNames(),
    withoutNodeFetch(),
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
