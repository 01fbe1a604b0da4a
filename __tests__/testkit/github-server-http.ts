import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** Larger bodies are hashed and counted, but not kept. */
const MOST_KEPT = 64 * 1024 * 1024
/** The parameters of a path such as `/repos/{owner}/{repo}`, or undefined if the path is another. */
export function parametersOf(template: string, path: string): Record<string, string> | undefined {
  const pattern = template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  const groups = new RegExp(`^${pattern}$`).exec(path)?.groups
  return (
    groups &&
    Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]))
  )
}

/** One page of a list, and the link to the next. */
export function page(items: readonly unknown[], query: URLSearchParams, url: string): Reply {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100)
  const number = Number(query.get('page') ?? 1)
  const more = items.length > number * size
  const link = `<${url}?per_page=${size}&page=${number + 1}>; rel="next"`
  return {
    status: 200,
    body: items.slice((number - 1) * size, number * size),
    headers: more ? { link } : {},
  }
}

/** A refusal in the form that GitHub gives to all of them. */
export function refuse(status: number, message: string, errors?: object[]): Reply {
  const body = { message, documentation_url: 'https://docs.github.com/rest', ...(errors && { errors }) }
  return { status, body }
}

export const NOT_FOUND = refuse(404, 'Not Found')
export const IMMUTABLE = refuse(422, 'Cannot upload assets to an immutable release.')
export const TAKEN = refuse(422, 'Validation Failed', [
  { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' },
])

/** Reads a request's body, or the beginning of it. */
export async function read(request: IncomingMessage, limit = Number.POSITIVE_INFINITY) {
  const hash = createHash('sha256')
  let chunks: Buffer[] | undefined = []
  let size = 0
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      size += chunk.length
      if (size > MOST_KEPT) chunks = undefined
      chunks?.push(chunk)
      if (size >= limit) {
        request.pause()
        resolve()
      }
    })
    request.on('end', resolve)
    request.on('error', reject)
  })
  return { size, hash: hash.digest('hex'), bytes: chunks && Buffer.concat(chunks) }
}

export function reply(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, {
    ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    ...headers,
  })
  response.end(text)
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}
