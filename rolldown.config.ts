import { readFileSync } from 'node:fs'
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
    // No content hashes: a change shows as a change of a file, and launch.sh lies beside whatever reads it.
    chunkFileNames: '[name].js',
  },
  plugins: [
    licenses(),
    {
      name: 'launch-script',
      generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'launch.sh', source: readFileSync('src/rootfs/launch.sh') })
      },
    },
  ],
})
