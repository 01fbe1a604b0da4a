import { expect, test } from 'vitest'
import { nearest } from '../../src/lib/nearest.ts'

const OPTIONS = ['output-dir', 'mem', 'uri', 'uri-base', 'no-health-check', 'base-pkgs-channel', 'dcos-token']
const COMMANDS = ['export', 'run', 'deploy', 'remove', 'status', 'logs']

test.each([
  ['a swap of neighbours', 'rnu', COMMANDS, 'run'],
  ['another', 'depoly', COMMANDS, 'deploy'],
  ['a missing letter', 'statu', COMMANDS, 'status'],
  ['two slips', 'remvoed', COMMANDS, 'remove'],
  ['a beginning', 'de', COMMANDS, 'deploy'],
  ['a longer word', 'memory', OPTIONS, 'mem'],
  ['another separator', 'output_dir', OPTIONS, 'output-dir'],
  ['shortened parts', 'out-dir', OPTIONS, 'output-dir'],
  ['one of the parts', 'dir', OPTIONS, 'output-dir'],
  ['some of the parts', 'base-channel', OPTIONS, 'base-pkgs-channel'],
  ['the last part', 'token', OPTIONS, 'dcos-token'],
])('finds %s: %s', (_, word, known, meant) => {
  expect(nearest(word, known)).toBe(meant)
})

test.each([
  ['redis', COMMANDS],
  ['quux', OPTIONS],
  ['channel-base', OPTIONS],
  ['dir-dir', OPTIONS],
  ['-', OPTIONS],
  ['--', OPTIONS],
  ['', COMMANDS],
  ['x', OPTIONS],
  ['user', ['peer']],
  ['args', ['uris']],
])('guesses nothing for "%s"', (word, known) => {
  expect(nearest(word, known)).toBeUndefined()
})
