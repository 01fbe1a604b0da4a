import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { readWords } from '../../../src/habitat/plans/bash.ts'
import { missingPrograms } from '../../testkit/machine.ts'

const VARIABLES = { pkg_origin: 'acme', v: '1.2', empty: '' }
const noBash = missingPrograms('bash')

/** What bash makes of the elements of an array, without looking at files. */
function byBash(elements: string): string[] {
  const script = `a=(${elements})\nfor word in "\${a[@]}"; do printf '%s\\0' "$word"; done`
  const output = execFileSync('bash', ['-f', '-c', script], {
    encoding: 'utf8',
    env: { ...VARIABLES, PATH: '/bin' },
  })
  return output.split('\0').slice(0, -1)
}

function byUs(elements: string) {
  return readWords(`${elements})`, 0, new Map(Object.entries(VARIABLES)), 'array').words
}

describe.skipIf(noBash)(`words have the values that bash gives them (${noBash ?? 'bash'})`, () => {
  test.each([
    'core/glibc core/gcc-libs',
    '\n  core/glibc\n\tcore/zlib\n',
    'core/glibc # the C library\n  # all of this) is one\n  core/zlib#not',
    `'core/glibc' "core/zlib"`,
    `core/'glib'c "core"/zlib`,
    `"\${pkg_origin}/lib" $pkg_origin/web \${pkg_origin}/api`,
    '"core/a-$v" core/b\\ c \'f"g\'',
    '"(" \')\' \\) "#x"',
    '"a\'b" core/x',
    'core/a \\\n  core/b',
    '"a\\\nb" c\\\nd',
    '""',
    '',
  ])('%j', elements => {
    expect(byUs(elements).map(({ value }) => value)).toEqual(byBash(elements))
  })
})

describe('words that take more than plain variables have no value, and the rest is read', () => {
  test.each([
    '$(cat deps)',
    '"$(echo ")" \')\' $(echo x))"',
    '`cat deps`',
    `"\${other}"`,
    '$other/x',
    `\${v:-core/x}`,
    `"\${deps[@]}"`,
    '$1',
    '{core,acme}/x',
    'core/*',
    '~/x',
    "$'a'",
    '$((1 + 2))',
    '"a\\"b"',
  ])('%s', word => {
    expect(byUs(`core/a ${word} core/b`)).toEqual([
      { text: 'core/a', value: 'core/a' },
      { text: word, value: undefined },
      { text: 'core/b', value: 'core/b' },
    ])
  })

  test.each(['"', "'", '`', '$(', '${', '\\', '"$(', '"\\', '#'])('unfinished: %s', text => {
    expect(() => readWords(`core/a ${text}`, 0, new Map(), 'array')).not.toThrow()
  })
})
