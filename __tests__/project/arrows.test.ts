import { parseSync, Visitor } from 'rolldown/utils'
import { expect, test } from 'vitest'
import { FILES, read } from './documents.ts'

/** The parts of a TypeScript file that name a module in a way that dependency-cruiser does not see. */
function hiddenImports(source: string): string[] {
  const found: string[] = []
  const add = ({ start, end }: { start: number; end: number }) => found.push(source.slice(start, end))
  const { program, errors } = parseSync('source.ts', source)
  if (errors[0]) throw new Error(errors[0].message)
  new Visitor({
    TSImportType: add,
    ImportExpression: node => node.source.type !== 'Literal' && add(node),
    Identifier: node => ['createRequire', 'require'].includes(node.name) && add(node),
  }).visit(program)
  return found
}

test.each([
  ["export type Q = import('../publish/none.ts').X", "import('../publish/none.ts').X"],
  ["export type Q = typeof import('../publish/none.ts')", "import('../publish/none.ts')"],
  ['export const q = import(`../publish/none.ts`)', 'import(`../publish/none.ts`)'],
  ["export const q = createRequire(import.meta.url)('../publish/none.ts')", 'createRequire'],
  ["export const q = require('../publish/none.ts')", 'require'],
])('%s is found', (source, found) => {
  expect(hiddenImports(source)).toEqual([found])
})

test('every import in src can be checked', () => {
  const paths = FILES.filter(path => /^src\/.*\.[cm]?[jt]sx?$/.test(path))
  expect(paths).toContain('src/cli/main.ts')
  // dependency-cruiser passes over other endings, such as .mts.
  expect(paths.filter(path => !path.endsWith('.ts'))).toEqual([])
  expect(paths.flatMap(path => hiddenImports(read(path)).map(found => `${path}: ${found}`))).toEqual([])
})
