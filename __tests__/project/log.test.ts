import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The files that print to the log of a step, with nothing in it that the runner takes for a command. */
const PRINTERS = ['log.ts', 'program-output.ts'].map(name => `src/actions/shared/${name}`)
const PRINTING =
  /\bcore\.(?:debug|info|notice|warning|error|setFailed|setSecret|group|startGroup|endGroup|setCommandEcho)\b|\bprocess\.std(?:out|err)\b|\bconsole\./

test('actions print in one place', () => {
  const files = globSync('src/actions/**/*.ts').map(path => path.replaceAll('\\', '/'))
  expect(files).toEqual(expect.arrayContaining(PRINTERS))
  const printing = files.filter(path => PRINTING.test(readFileSync(path, 'utf8')))
  expect(printing.sort()).toEqual(PRINTERS)
})
