import type { Plugin } from 'rolldown'

/**
 * Keeps Node from loading its own fetch, a second undici, at each start: that takes more processor time than all else
 * that a small command does. `import … from 'node:http'` makes Node read every export of that module, some of which load
 * it, and undici looks for the `Headers` of Node's fetch, which it never gets from us.
 */
export function withoutNodeFetch(): Plugin {
  return {
    name: 'without-node-fetch',
    resolveId(source, _, { kind }) {
      const name = /^(?:node:)?(https?)$/.exec(source)?.[1]
      return name && kind === 'import-statement' ? `${PREFIX}${name}` : null
    },
    load(id) {
      const name = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined
      if (name !== 'http' && name !== 'https') return null
      return [
        `const module = process.getBuiltinModule('node:${name}')`,
        'export default module',
        `export const { ${EXPORTS[name].join(', ')} } = module`,
      ].join('\n')
    },
    transform(code, id) {
      if (!id.endsWith('/undici/lib/web/cookies/index.js')) return null
      const from = '[Headers, globalThis.Headers].filter(Boolean)'
      if (!code.includes(from)) throw new Error(`${id} does not contain ${from}`)
      return code.replace(from, '[Headers]')
    },
  }
}

/** Of the identifiers of modules that stand for Node's. */
export const PREFIX = '\0node-'

/** Those that Node 20 has, but for what is its fetch's. */
const EXPORTS = {
  http: [
    'Agent',
    'ClientRequest',
    'IncomingMessage',
    'METHODS',
    'OutgoingMessage',
    'STATUS_CODES',
    'Server',
    'ServerResponse',
    'createServer',
    'get',
    'globalAgent',
    'maxHeaderSize',
    'request',
    'validateHeaderName',
    'validateHeaderValue',
  ],
  https: ['Agent', 'Server', 'createServer', 'get', 'globalAgent', 'request'],
}
