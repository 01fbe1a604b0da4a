import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { licenses } from './build/licenses.ts'

export default defineConfig({
  input: {
    cli: 'src/cli/main.ts',
    'export-action': 'src/actions/export.ts',
    'export-action-post': 'src/actions/export-post.ts',
    'deploy-action': 'src/actions/deploy.ts',
    'remove-action': 'src/actions/remove.ts',
    worker: 'src/threads/worker.ts',
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
          'src/tarball/libdeflate.wasm',
          'src/habitat/liblzma.wasm',
        ])
          this.emitFile({ type: 'asset', fileName: basename(file), source: readFileSync(file) })
      },
    },
  ],
})
