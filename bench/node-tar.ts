// What node-tar's own `create` does: node node-tar.ts FOLDER FILE
import { create } from 'tar'

const [folder = '', file = ''] = process.argv.slice(2)
await create({ gzip: true, cwd: folder, file }, ['hab'])
