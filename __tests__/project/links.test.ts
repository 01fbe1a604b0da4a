import { describe, expect, test } from 'vitest'
import { DOCUMENTS, read } from './documents.ts'
import { brokenLinks } from './links.ts'

describe.each([
  ['[a](TARGET)'],
  ['[a](TARGET "title")'],
  ['[a](<TARGET>)'],
  ['![a](TARGET)'],
  ['[a][b]\n\n[b]: TARGET'],
  ['[a][b]\n\n[b]: <TARGET> "title"'],
  ['<a class="x" href="TARGET">a</a>'],
  ["<img width=1 src='TARGET'>"],
  ['<https://github.com/mesosize/mesosize/blob/main/docs/TARGET>'],
  ['[a](https://raw.githubusercontent.com/mesosize/mesosize/main/docs/TARGET)'],
])('%s', link => {
  const broken = (target: string) =>
    brokenLinks('docs/cli.md', link.replace('TARGET', target)).map(each => each.replace(/.*\/docs\//, ''))

  test('leads to a page', () => {
    expect(broken('action.md')).toEqual([])
    expect(broken('nowhere.md')).toEqual(['nowhere.md'])
  })

  test('leads to a heading', () => {
    expect(broken('action.md#outputs')).toEqual([])
    expect(broken('action.md#nowhere')).toEqual(['action.md#nowhere'])
  })
})

const BLOCK = '```sh\n# a comment\n[a](nowhere.md)\n```\n'

test.each([
  ['a folder', '[a](../examples/)', []],
  ['a path from the top folder', '[a](/README.md)', []],
  ['a path out of the project', '[a](../../etc/passwd)', ['../../etc/passwd']],
  ['a label that is not defined', '[a][b]', ['[b]']],
  ['another heading of the same name', '# B `c`\n## b c\n[a](#b-c) [a](#b-c-1) [a](#b-c-2)', ['#b-c-2']],
  ['a comment in code, which is not a heading', `${BLOCK}[a](#a-comment)`, ['#a-comment']],
  ['code, which has no links', `${BLOCK}Write \`[a](nowhere.md)\`.`, []],
  ['another site', '[a](https://example.com/nowhere.md#b)', []],
])('%s', (_, markdown, broken) => {
  expect(brokenLinks('docs/cli.md', markdown)).toEqual(broken)
})

test.each(DOCUMENTS)('links of %s', name => {
  expect(brokenLinks(name, read(name))).toEqual([])
})
