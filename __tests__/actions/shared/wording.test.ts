import { describe, expect, test } from 'vitest'
import { EXPORT_INPUTS } from '../../../src/actions/shared/input-table.ts'
import { inInputs } from '../../../src/actions/shared/wording.ts'

describe('advice for the command line', () => {
  test.each([
    ['--uri-base: "x" has a "?".', 'uri-base: "x" has a "?".'],
    ['Write --uri, or --uri-base.', 'Write uri, or uri-base.'],
    ['--cpu: "0" must be more', 'cpus: "0" must be more'],
    ['--label: the key', 'labels: the key'],
    ['name it with --port.', 'name it with ports.'],
    ['--sup-pkg core/hab-sup', 'supervisor-package core/hab-sup'],
    ['give it as HAB_AUTH_TOKEN or --auth', 'give it as HAB_AUTH_TOKEN or builder-token'],
    ['no origin, or set HAB_ORIGIN.', 'no origin, or set origin.'],
    // The input that means the option is the other way round.
    ['leave it out with --no-health-check.', 'leave it out with health-check: false.'],
  ])('%s', (text, expected) => {
    expect(inInputs(text, EXPORT_INPUTS)).toBe(expected)
  })

  test.each([
    ['what somebody wrote', 'package: "--uri" is no ident; app-id: "a\\"--mem" neither'],
    ['lines of a log', 'It failed. Its last lines:\n  error: no value for --url\n\t--channel'],
    ['options that are no inputs', 'Leave --fs-root out, git commit --amend, x--uri-y, ---'],
    ['other variables', 'HAB_ORIGIN_KEYS and MY_HAB_ORIGIN'],
  ])('leaves %s as it is', (_, text) => {
    expect(inInputs(text, EXPORT_INPUTS)).toBe(text)
  })

  test('is rewritten after a quote that nobody closes', () => {
    expect(inInputs('5" is no size\n--max-package-size is', EXPORT_INPUTS)).toBe(
      '5" is no size\nmax-package-size is',
    )
  })
})
