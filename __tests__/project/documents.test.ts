import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { markdown } from '../../bench/results.ts'
import { summaryOf } from '../../bench/summary.ts'
import { generate, RESULTS, replace } from '../../build/docs.ts'
import { DEPLOY, EXPORT, REMOVE } from '../../src/settings/tables.ts'
import { inputWording, optionWording } from '../../src/settings/wording.ts'
import { DOCUMENTS, FILES, ROOT, read } from './documents.ts'
import { exists } from './links.ts'

test('README.md is short', () => {
  expect(Buffer.byteLength(read('README.md'))).toBeLessThan(15_000)
})

describe('what is generated', () => {
  test.each([...generate(read)])('%s is up to date', (path, text) => {
    expect(read(path)).toBe(text)
  })

  test('tables of benchmarks are those of their numbers', () => {
    const summary = 'bench/results/summary.md'
    for (const path of RESULTS.filter(each => each !== summary))
      expect(markdown(JSON.parse(read(path.replace(/md$/, 'json'))))).toBe(read(path))
    expect(summaryOf(join(ROOT, 'bench/results'))).toBe(read(summary))
  })

  test('has a row for each input and output, "|" escaped', () => {
    const page = [...generate(read)].find(([path]) => path === 'docs/action.md')?.[1] ?? ''
    for (const path of ['action.yml', 'deploy/action.yml', 'remove/action.yml']) {
      const { inputs, outputs } = parse(read(path))
      for (const name of [...Object.keys(inputs), ...Object.keys(outputs)])
        expect(page).toContain(`\n| \`${name}\` | `)
    }
    for (const row of page.match(/^\| `.*$/gm) ?? [])
      expect([2, 3]).toContain(row.split(/(?<!\\)\|/).length - 2)
  })

  test('needs its markers', () => {
    expect(replace('a<!-- x -->old<!-- end of x -->b', 'x', '', 'new')).toBe(
      'a<!-- x -->\n\nnew\n\n<!-- end of x -->b',
    )
    expect(() => replace('# A\n', 'x', ' of y', '')).toThrow('<!-- x of y -->')
  })
})

const FOLDERS = new Set(FILES.filter(path => path.includes('/')).map(path => path.split('/')[0]))
/** Paths that begin with a folder of the project. */
const PATHS = new RegExp(String.raw`(?<![\w/.@-])(?:${[...FOLDERS].join('|')})\/[\w./-]*\w\/?`, 'g')

describe.each(DOCUMENTS)('%s', name => {
  const text = read(name)

  test('names existing files', () => {
    const paths = [...text.matchAll(PATHS)].map(([path]) => path)
    expect(paths.filter(path => !exists(path))).toEqual([])
  })

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script!)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })
})

describe('troubleshooting', () => {
  const all = [...EXPORT, ...DEPLOY, ...REMOVE]
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(path => /\.(ts|sh)$/.test(path))
    .flatMap(path => {
      const source = read(join('src', path)).replaceAll("\\'", "'")
      // As the command line and the actions word it.
      return [optionWording(all), inputWording(all)].map(word =>
        source.replace(/\$\{setting\('([a-z-]+)'\)\}/g, (_, name) => word(name) ?? name),
      )
    })
  const section = /^## Messages of Mesosize$(.*?)^## /ms.exec(read('docs/troubleshooting.md'))?.[1] ?? ''
  const messages = [...section.matchAll(/\*\*`(.+?)`\*\*/g)].map(([, message = '']) => message)

  test('has messages', () => {
    expect(messages.length).toBeGreaterThan(15)
  })

  test.each(messages)('%s', message => {
    const pieces = message
      .replace(/^launch: /, '')
      .split('…')
      .map(piece => piece.trim().replace(/^: /, ''))
      .filter(piece => /\w/.test(piece))
    expect(pieces).not.toEqual([])
    expect(sources.some(source => pieces.every(piece => source.includes(piece)))).toBe(true)
  })
})
