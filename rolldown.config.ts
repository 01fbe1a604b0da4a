import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { licenses } from './build/licenses.ts'

export default defineConfig({
  input: {
    cli: 'src/cli/main.ts',
    'export-action': 'src/actions/export/main.ts',
    'export-action-post': 'src/actions/export/post.ts',
    'deploy-action': 'src/actions/deploy/main.ts',
    'remove-action': 'src/actions/remove/main.ts',
    worker: 'src/export/threads/worker.ts',
  },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    // No content hashes: a change shows as a change of a file, and what is read at run time lies beside whatever reads it.
    chunkFileNames: '[name].js',
  },
  plugins: [
    licenses(),
    {
      name: 'files-beside-the-code',
      generateBundle() {
        for (const file of [
          'src/rootfs/launch.sh',
          'src/codec/gzip/libdeflate.wasm',
          'src/codec/xz/liblzma.wasm',
        ])
          this.emitFile({ type: 'asset', fileName: basename(file), source: readFileSync(file) })
      },
    },
  ],
})
