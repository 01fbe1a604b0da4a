// What an export needs and --help does not, as one module that is loaded late.
export { createFetch } from '../http/fetch.ts'
export { publishNowhere } from '../publish/none.ts'
export { runExport } from '../run-export.ts'
