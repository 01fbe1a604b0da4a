import { expect, test } from 'vitest'
import { healthRules } from '../../src/agent/health.ts'

const rules = {
  protocol: 'MESOS_HTTP',
  gracePeriodSeconds: 10,
  intervalSeconds: 5,
  maxConsecutiveFailures: 2,
} as const

/** Results as `+` and `-`, each at an age in seconds; what comes of each: healthy, lost, or neither. */
test.each<[string, Partial<Parameters<typeof healthRules>[0]>, string, string]>([
  ['failures in the grace period do not count', {}, '-1 -2 -9 +9', '. . . healthy'],
  ['after it those in a row do', {}, '-1 -11 -16', '. . lost'],
  ['a success ends the grace period', {}, '+1 -2 -3', 'healthy . lost'],
  ['a success ends a row', {}, '-11 +12 -13 +14 -15', '. healthy . healthy .'],
  ['0 failures are none by Mesos', { maxConsecutiveFailures: 0 }, '+1 -2', 'healthy lost'],
  [
    '0 failures never matter by Marathon',
    { maxConsecutiveFailures: 0, protocol: 'HTTP' },
    '+1 -2 -3',
    'healthy . .',
  ],
])('%s', (_, given, results, expected) => {
  const judge = healthRules({ ...rules, ...given })
  const found = results.split(' ').map(result => {
    const { healthy, lost } = judge(result.startsWith('+'), Number(result.slice(1)) * 1000)
    return healthy ? 'healthy' : lost ? 'lost' : '.'
  })
  expect(found.join(' ')).toBe(expected)
})

test('a person does not wait for the interval before the first success, and not longer than it', () => {
  expect(healthRules(rules)(false, 0).pause).toBe(250)
  expect(healthRules({ ...rules, protocol: 'COMMAND' })(false, 0).pause).toBe(1000)
  expect(healthRules(rules)(true, 0).pause).toBe(5000)
  expect(healthRules(rules)(false, 11_000).pause).toBe(5000)
})
