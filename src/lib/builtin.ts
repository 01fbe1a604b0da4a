/**
 * Node's large modules, for code that runs at every start. `import { parseArgs } from 'node:util'` has Node load whatever
 * else that module exports, before a program does anything.
 */
export const builtin = {
  get crypto() {
    return process.getBuiltinModule('node:crypto')
  },
  get fs() {
    return process.getBuiltinModule('node:fs')
  },
  get http() {
    return process.getBuiltinModule('node:http')
  },
  get util() {
    return process.getBuiltinModule('node:util')
  },
}
