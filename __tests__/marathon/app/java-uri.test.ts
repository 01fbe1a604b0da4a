import { describe, expect, test } from 'vitest'
import { javaUriProblem } from '../../../src/marathon/app/java-uri.ts'

// The verdict of java.net.URI of OpenJDK 17 on each.
const right = [
  '',
  'a.tgz',
  '/a',
  '?a',
  '#a',
  '//h/a',
  'http://h',
  'http:///a',
  'http://h:x/a',
  'http://h:99999/',
  'http://a_b/',
  'http://1.2.3.4.5/',
  'http://ü.com/ü',
  'http://u:p@h/',
  'http://[::1]:80/a',
  'http://[fe80::1%eth0]/',
  'http://@/a',
  'http://h/?a=[1]',
  'http://h/#a?b/c',
  'http://h/%41',
  'urn:a[b',
  'mailto:x@y',
  'https:a',
  'file:///a%20b',
  "http://h/'",
  'http://h/;a=b,c$d&e+f!g*h(i)',
  'jar:file:///a!/b',
  's3://b/a',
  'http://h/\u{1F600}',
  'http://h:/a',
]
const wrong: [uri: string, words: string][] = [
  [':', 'must start with a scheme'],
  ['1http://h', 'must start with a scheme'],
  ['http:', 'must have a host or a path'],
  ['http://', 'must have a host or a path'],
  ['//', 'must have a host or a path'],
  ['http://h/a b', 'must not contain " ": write %20 instead'],
  [' http://h', 'must not contain " "'],
  ['http://h/"', 'write %22 instead'],
  ['http://h/<a>', 'write %3C instead'],
  ['http://h/{a}', 'write %7B instead'],
  ['http://h/a|b', 'write %7C instead'],
  ['http://h/a\\b', 'write %5C instead'],
  ['http://h/a^b', 'write %5E instead'],
  ['http://h/a`b', 'write %60 instead'],
  ['http://h/\u0080', 'write %C2%80 instead'],
  ['http://h/\u00a0', 'write %C2%A0 instead'],
  ['http://h/\u2028', 'write %E2%80%A8 instead'],
  ['http://h/\n', 'write %0A instead'],
  ['http://h/%', 'has "%", which is not percent-encoding: write %25 instead'],
  ['http://h/%zz', 'has "%zz"'],
  ['http://u%zz@[::1]/', 'has "%zz"'],
  ['http://h/[a]', 'must not contain "[" or "]" in its path'],
  ['/a//[b', 'must not contain "[" or "]" in its path'],
  ['http://h/#a#b', 'must not contain "#" twice'],
  ['http://[::1', 'only around an IPv6 address'],
  ['http://[1.2.3.4]/', 'only around an IPv6 address'],
  ['http://h]/', 'only around an IPv6 address'],
  ['http://[::1]x/', 'only around an IPv6 address'],
]

describe('Java reads', () => {
  test.each(right)('%j', uri => {
    expect(javaUriProblem(uri)).toBeUndefined()
  })
})

describe('Java does not read', () => {
  test.each(wrong)('%j', (uri, words) => {
    expect(javaUriProblem(uri)).toContain(words)
  })
})
