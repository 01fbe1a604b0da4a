import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type ESTree, parseSync, Visitor } from 'rolldown/utils'

/** What a file of the bundle imports. */
export interface Imports {
  /** Modules that are loaded before the file itself runs. */
  first: string[]
  /** Modules of `import()`. One whose name is computed is given by its source text. */
  later: string[]
  /**
   * Modules of `require()`. As minifying gives one name to several things, these may include arguments of
   * other functions.
   */
  required: string[]
}

/** It exports the `require` of CommonJS modules, and nothing else that is called with text. */
export const RUNTIME = './rolldown-runtime.js'

/** @param path of a JavaScript file that rolldown wrote */
export function importsOf(path: string): Imports {
  const text = readFileSync(path, 'utf8')
  const { program, errors } = parseSync(basename(path), text)
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`)
  const imports: Imports = { first: [], later: [], required: [] }
  const requires = new Set(['require'])
  const addSource = (node: { source: ESTree.StringLiteral | null }) => {
    if (node.source) imports.first.push(node.source.value)
  }
  new Visitor({
    ImportDeclaration(node) {
      addSource(node)
      if (node.source.value === RUNTIME) for (const { local } of node.specifiers) requires.add(local.name)
    },
    ExportNamedDeclaration: addSource,
    ExportAllDeclaration: addSource,
    ImportExpression({ source }) {
      imports.later.push(literal(source) ?? text.slice(source.start, source.end))
    },
    CallExpression({ callee, arguments: [argument] }) {
      const name = callee.type === 'Identifier' && requires.has(callee.name) && literal(argument)
      if (typeof name === 'string') imports.required.push(name)
    },
  }).visit(program)
  return imports
}

/** The text of a literal, which minifying writes as a template. */
function literal(node: ESTree.Argument | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined
  return undefined
}
