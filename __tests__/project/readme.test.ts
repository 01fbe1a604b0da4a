import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { markdown } from '../../bench/results.ts'
import { ACTIONS, RESULTS, withResults, withTables } from '../../build/readme.ts'
import { ROOT, read } from './documents.ts'

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']
const readme = read('README.md')

describe('the tables of README.md', () => {
  test('are what action.yml says', () => {
    for (const path of ACTIONS) expect(withTables(readme, read(path), path), path).toBe(readme)
  })

  test('are what the benchmarks wrote', () => {
    for (const path of RESULTS) expect(withResults(readme, read(path), path), path).toBe(readme)
  })

  test('of benchmarks are those of their numbers', () => {
    for (const path of RESULTS)
      expect(markdown(JSON.parse(read(path.replace(/md$/, 'json'))))).toBe(read(path))
  })

  test('have a row for each input and output, "|" escaped', () => {
    const page =
      '# A\n<!-- inputs of action.yml -->\nold\n<!-- end of inputs -->\n<!-- outputs of action.yml --><!-- end of outputs -->\n'
    const yaml =
      "inputs:\n  a-b:\n    description: One | two.\n    default: '1'\n  c:\n    description: Three.\noutputs:\n  d:\n    description: Four.\n"
    expect(withTables(page, yaml)).toBe(
      [
        '# A',
        '<!-- inputs of action.yml -->',
        '',
        '| Input | What it says | Default |',
        '| --- | --- | --- |',
        '| `a-b` | One \\| two. | `1` |',
        '| `c` | Three. |  |',
        '',
        '<!-- end of inputs -->',
        '<!-- outputs of action.yml -->',
        '',
        '| Output | What it is |',
        '| --- | --- |',
        '| `d` | Four. |',
        '',
        '<!-- end of outputs -->',
        '',
      ].join('\n'),
    )
  })

  test('need their markers', () => {
    expect(() => withTables('# A\n', read('action.yml'))).toThrow('<!-- inputs of action.yml -->')
  })
})

describe.each(DOCUMENTS)('%s', name => {
  const text = read(name)
  const prose = text.replace(/^```.*?^```$/gms, '')

  test('links to what is there', () => {
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const missing = targets.filter(target => {
      if (/^https:\/\//.test(target)) return false
      const [path = '', anchor] = target.split('#')
      if (!existsSync(join(ROOT, path || name))) return true
      return anchor !== undefined && !anchors(read(path || name)).includes(anchor)
    })
    expect(missing).toEqual([])
  })

  test('names files that are there', () => {
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
  const section = /^### Messages of Mesosize$(.*?)^### /ms.exec(readme)?.[1] ?? ''
  const messages = [...section.matchAll(/\*\*`(.+?)`\*\*/g)].map(([, message = '']) => message)

  test('has messages', () => {
    expect(messages.length).toBeGreaterThan(15)
  })

  test.each(messages)('%s', message => {
    const pieces = message
      .replace(/^launch: /, '')
      .split('…')
      .map(piece => piece.trim())
      .filter(piece => /\w/.test(piece))
    expect(pieces).not.toEqual([])
    expect(sources.some(source => pieces.every(piece => source.includes(piece)))).toBe(true)
  })
})
