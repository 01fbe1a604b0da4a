// Uploads a file in a process of its own and prints the most memory that it had, KiB.
import { createUpload, fileBody } from '../../src/http/upload.ts'

const [url = '', path = '', size] = process.argv.slice(2)
const upload = createUpload({ version: '0' })
const { status } = await upload(new URL(url), { method: 'PUT', body: fileBody(path, Number(size)) })
console.log(JSON.stringify({ status, peak: process.resourceUsage().maxRSS }))
process.exit()
