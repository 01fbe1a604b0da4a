import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { markdown } from '../../bench/results.ts'
import { summaryOf } from '../../bench/summary.ts'
import { generate, RESULTS, replace } from '../../build/docs.ts'
import { DOCUMENTS, ROOT, read } from './documents.ts'

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

describe.each(DOCUMENTS)('%s', name => {
  const text = read(name)
  const prose = text.replace(/^```.*?^```$/gms, '')

  test('links to existing targets', () => {
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const missing = targets.filter(target => {
      if (/^https:\/\//.test(target)) return false
      const [to = '', anchor] = target.split('#')
      const path = to === '' ? name : join(dirname(name), to)
      if (!existsSync(join(ROOT, path))) return true
      return anchor !== undefined && !anchors(read(path)).includes(anchor)
    })
    expect(missing).toEqual([])
  })

  test('names existing files', () => {
    const paths = [
      ...text.matchAll(/(?<![\w/.-])(?:(?:src|build|examples|__tests__|\.ci|\.github)\/[\w./-]*\w\/?)/g),
    ]
    expect(paths.map(([path]) => path).filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script!)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })
})

/** What GitHub calls the headings of a page. */
function anchors(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('troubleshooting', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(path => /\.(ts|sh)$/.test(path))
    .map(path =>
      read(join('src', path))
        .replaceAll("\\'", "'")
        .replace(/\$\{setting\('([a-z-]+)'\)\}/g, '--$1'),
    )
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
