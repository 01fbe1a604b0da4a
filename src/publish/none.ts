import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Reporter } from '../report.ts'
import { checkKnownUri, type KnownUri, knownUri } from './fetch-uri.ts'
import type { Publisher } from './publisher.ts'

/**
 * Leaves the tarball where it lies: its URI is the one that was asked for, else that of the file in the output
 * folder.
 * @throws UsageError
 */
export function publishNowhere(known: KnownUri & { outputDir: string }, report: Reporter): Publisher {
  checkKnownUri(known)
  return async tarball => {
    const uri = knownUri(known, tarball)
    if (uri !== undefined) return { uri }
    // Mesos fetches no URI with a quote in it, which a file URL may hold. Not `tarball.path`, which is that of the staging folder.
    const local = pathToFileURL(resolve(known.outputDir, tarball.name)).href.replaceAll("'", '%27')
    report.note(
      `No URI is known for the tarball, so the app definition has ${local}, which only an agent with this very file can fetch. ` +
        'Put the tarball where agents can fetch it, and export with --uri or --uri-base.',
    )
    return { uri: local }
  }
}
