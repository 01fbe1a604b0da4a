#!/usr/bin/env node
import manifest from '../../package.json' with { type: 'json' }
import { print } from './print.ts'

// Progress that cannot be written is not a reason to stop.
process.stderr.on('error', () => {})
// `print` reports it.
process.stdout.on('error', () => {})

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit status */
async function main(argv: readonly string[]): Promise<number> {
  try {
    // Scripts ask for it again and again; nothing else need be loaded to answer.
    if (argv.length === 1 && ['--version', '-V'].includes(argv[0]!)) {
      await print(`mesosize ${manifest.version}\n`)
      return 0
    }
    const { perform } = await import('./perform.ts')
    return await perform(argv)
  } catch (error) {
    const { explain } = await import('./explain.ts')
    return explain(error, argv)
  }
}
