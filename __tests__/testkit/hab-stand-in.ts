import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellQuote } from '../../src/lib/shell-quote.ts'

export interface StandInOptions {
  version: string
  /** 14 digits. */
  release?: string
  /** A file to which each call appends a line of JSON, a StandInCall. */
  record?: string
}

/** One call of the stand-in. */
export interface StandInCall {
  args: string[]
  env: Record<string, string>
  cwd: string
  uid: number
}

/**
 * A script that can be called as `hab` and says of itself that it stands in for it. It does what Habitat's `hab`
 * does for `hab --version`, `hab pkg install` and `hab pkg build`; see hab-stand-in-program.ts.
 */
export function standInScript({ version, release = '20250102030405', record }: StandInOptions): string {
  const program = join(import.meta.dirname, 'hab-stand-in-program.ts')
  return `#!/bin/sh
# A stand-in for Habitat's hab, for tests.
HAB_STAND_IN_VERSION=${version}/${release}
HAB_STAND_IN_RECORD=${record === undefined ? '' : shellQuote(record)}
HAB_STAND_IN_PATH=$0
export HAB_STAND_IN_VERSION HAB_STAND_IN_RECORD HAB_STAND_IN_PATH
exec ${shellQuote(process.execPath)} --no-warnings ${shellQuote(program)} "$@"
`
}

/** The calls that were recorded, without the variables that the stand-in itself sets. */
export function recordedCalls(record: string): StandInCall[] {
  const lines = readFileSync(record, 'utf8').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line))
}
