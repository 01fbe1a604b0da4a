import { expect, test } from 'vitest'
import { isChannel } from '../../../src/habitat/package/channel.ts'

test.each(['stable', 'LTS-2024', 'base-2025', 'bldr-12.3_4', '_mine', '7'])('%j is a channel', name => {
  expect(isChannel(name)).toBe(true)
})

// The first three would name another folder of the URL's path.
test.each(['.', '..', 'a/b', '', '-x', '.x', 'a b', 'a?b', 'a#b', 'ä', 'a\n'])('%j cannot be', name => {
  expect(isChannel(name)).toBe(false)
})
