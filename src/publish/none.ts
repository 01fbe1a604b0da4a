import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LAYERS_FOLDER } from '../image/tarball.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { checkKnownUri, checkLayerUri, type KnownUri, knownUri } from './fetch-uri.ts'
import type { ImagePublisher, Publisher } from './publisher.ts'

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
    // Not `tarball.path`, which is that of the staging folder.
    const local = fileUri(resolve(known.outputDir, tarball.name))
    report.note(
      `No URI is known for the tarball, so the app definition has ${local}, which only an agent with this very file can fetch. ` +
        `Put the tarball where agents can fetch it, and export with ${setting('uri')} or ${setting('uri-base')}.`,
    )
    return { uri: local }
  }
}

/**
 * The same for layers. Those that an earlier export left in the output folder are taken to be where agents fetch
 * them already.
 * @throws UsageError
 */
export function publishLayersNowhere(
  known: KnownUri & { outputDir: string },
  report: Reporter,
): ImagePublisher {
  checkLayerUri(known)
  return async layers => {
    const folder = resolve(known.outputDir, LAYERS_FOLDER)
    if (known.uriBase === undefined && known.uriTemplate === undefined) {
      report.note(
        `No URI is known for the layers, so the app definition has those of files in ${folder}, which only an agent with these very files can fetch. ` +
          `Put them where agents can fetch them, and export with ${setting('uri-base')}.`,
      )
    }
    return Promise.all(
      layers.map(async layer => {
        const path = join(folder, layer.name)
        const kept = (await stat(path).catch(() => undefined))?.size === layer.size
        return { uri: knownUri(known, layer) ?? fileUri(path), kept }
      }),
    )
  }
}

/** Mesos fetches no URI with a quote in it, which a file URL may hold. */
function fileUri(path: string): string {
  return pathToFileURL(path).href.replaceAll("'", '%27')
}
