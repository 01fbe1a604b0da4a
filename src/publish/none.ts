import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Reporter } from '../report.ts'
import type { ExportRequest } from '../request/request.ts'
import type { Publisher } from './publisher.ts'

/** Leaves the tarball where it lies: its URI is the one that was asked for, else that of the file. */
export function publishNowhere(
  { uri, uriBase, outputDir }: Pick<ExportRequest, 'uri' | 'uriBase' | 'outputDir'>,
  report: Reporter,
): Publisher {
  return async ({ name }) => {
    if (uri !== undefined) return { uri }
    if (uriBase !== undefined) return { uri: `${uriBase.replace(/\/+$/, '')}/${encodeURIComponent(name)}` }
    const local = pathToFileURL(resolve(outputDir, name)).href
    report.note(
      `No URI is known for the tarball, so the app definition has ${local}, which only an agent with this very file can fetch. ` +
        'Put the tarball where agents can fetch it, and export with --uri or --uri-base.',
    )
    return { uri: local }
  }
}
