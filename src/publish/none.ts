import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { printableUrl } from '../lib/url.ts'
import { fetchUriProblem } from '../marathon/app/rules.ts'
import { checkKnownUri, checkLayerUri, type KnownUri, knownUri, literalPercent } from './fetch-uri.ts'
import { type ImagePublisher, LAYERS_FOLDER, type Publisher } from './publisher.ts'

/**
 * Leaves the tarball where it lies: its URI is the one that was asked for, else that of the file in the output
 * folder.
 * @throws UsageError
 */
export function publishNowhere(known: KnownUri & { outputDir: string }, report: Reporter): Publisher {
  checkKnownUri(known)
  warnOfPercent(known, report)
  return async tarball => {
    const uri = knownUri(known, tarball)
    if (uri !== undefined) return { uri }
    // Not `tarball.path`, which is that of the staging folder.
    const { uri: local, problem } = fileUri(resolve(known.outputDir, tarball.name))
    report.note(
      (problem === undefined
        ? `No URI is known for the tarball, so the app definition has ${local}, which only an agent with this very file can fetch. `
        : `No URI is known for the tarball, so the app definition has ${local}, which no agent can fetch, because its path ${problem}. `) +
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
  warnOfPercent(known, report)
  return async layers => {
    const folder = resolve(known.outputDir, LAYERS_FOLDER)
    if (known.uriBase === undefined && known.uriTemplate === undefined) {
      const { problem } = fileUri(folder)
      report.note(
        (problem === undefined
          ? `No URI is known for the layers, so the app definition has those of files in ${folder}, which only an agent with these very files can fetch. `
          : `No URI is known for the layers, so the app definition has those of files in ${folder}, which no agent can fetch, because their path ${problem}. `) +
          `Put them where agents can fetch them, and export with ${setting('uri-base')}.`,
      )
    }
    return Promise.all(
      layers.map(async layer => {
        const path = join(folder, layer.name)
        const kept = (await stat(path).catch(() => undefined))?.size === layer.size
        return { uri: knownUri(known, layer) ?? fileUri(path).uri, kept }
      }),
    )
  }
}

function warnOfPercent(known: KnownUri, report: Reporter): void {
  const found = literalPercent(known)
  if (found === undefined) return
  report.warn(
    `${JSON.stringify(printableUrl(found.uri))} has ${JSON.stringify(found.percent)}, which agents do not decode: they look for a file with just these characters in its name. If there is none, write the character itself, or choose a path without it.`,
  )
}

/**
 * The URI of a file, with its path as it is, since Mesos does not decode it: `~` and `+` above all. A path that
 * Marathon or Mesos would refuse so is encoded, which names the file for people, but for no agent.
 * @returns what is wrong with such a path, to be read after it
 */
function fileUri(path: string): { uri: string; problem?: string } {
  const uri = `file://${path}`
  const problem = fetchUriProblem(uri)
  return problem ? { uri: pathToFileURL(path).href.replaceAll("'", '%27'), problem } : { uri }
}
