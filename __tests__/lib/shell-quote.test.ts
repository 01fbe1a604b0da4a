import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { shellQuote } from '../../src/lib/shell-quote.ts'

describe('shellQuote', () => {
  test.each([
    ['nothing', ''],
    ['a path', '/hab/pkgs/core/redis/7.2.4/20240102030405/bin/redis-server'],
    ['blanks', ' a  b\t'],
    ['single quotes', "it's '' '"],
    ['double quotes and a backslash', '"a\\b"\\'],
    ['expansions', '$HOME $(id) `id` ~ * ? [a] {a,b}'],
    ['operators', ';&|<>()#! -n'],
    ['line ends', '\na\r\nb\n'],
    ['other scripts', 'snö 雪 ❄️'],
  ])('%s are one unchanged word of sh', (_, text) => {
    const printed = execFileSync('sh', ['-c', `printf '<%s>' ${shellQuote(text)}`], { encoding: 'utf8' })
    expect(printed).toBe(`<${text}>`)
  })
})
