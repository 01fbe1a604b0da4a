import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LAYERS_FOLDER, type NamedTarball, wholeImage } from '../image/tarball.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { printableUrl } from '../lib/url.ts'
import { fetchUriProblem } from '../marathon/app/rules.ts'
import { checkKnownUri, isKnown, type KnownUri, knownUri, literalPercent } from './fetch-uri.ts'
import type { PublishedTarball, Publisher } from './publisher.ts'

export interface NoTarget extends KnownUri {
  outputDir: string
}

/**
 * Leaves the tarballs where they are: their URIs are the requested ones, or else those of the files in the output
 * folder. Layers that an earlier export left there are assumed to be available to agents already.
 * @throws UsageError
 */
export function publishNowhere(target: NoTarget, report: Reporter): Publisher {
  checkKnownUri(target)
  warnOfPercent(target, report)
  return async tarballs => {
    const left = await Promise.all(tarballs.map(tarball => leave(tarball, target)))
    if (!isKnown(target)) noteUnknown(left, target, report)
    return left
  }
}

async function leave(tarball: NamedTarball, target: NoTarget): Promise<PublishedTarball> {
  // Not `tarball.path`, which is in the staging folder.
  const path = resolve(target.outputDir, tarball.file)
  const uri = knownUri(target, tarball) ?? fileUri(path).uri
  if (!tarball.isLayer) return { ...tarball, location: { uri } }
  const there = await stat(path).catch(() => undefined)
  return { ...tarball, location: { uri, existing: there?.size === tarball.size } }
}

function noteUnknown(left: readonly PublishedTarball[], { outputDir }: NoTarget, report: Reporter): void {
  const whole = wholeImage(left)
  const folder = resolve(outputDir, LAYERS_FOLDER)
  const { problem } = fileUri(whole ? resolve(outputDir, whole.file) : folder)
  report.note(
    whole
      ? `No URI is known for the tarball, so the app definition has ${whole.location.uri}, ${problem === undefined ? 'which only an agent with this very file can fetch' : `which no agent can fetch, because its path ${problem}`}. ` +
          `Put the tarball where agents can fetch it, and export with ${setting('uri')} or ${setting('uri-base')}.`
      : `No URI is known for the layers, so the app definition has those of files in ${folder}, ${problem === undefined ? 'which only an agent with these very files can fetch' : `which no agent can fetch, because their path ${problem}`}. ` +
          `Put them where agents can fetch them, and export with ${setting('uri-base')}.`,
  )
}

function warnOfPercent(known: KnownUri, report: Reporter): void {
  const found = literalPercent(known)
  if (found === undefined) return
  report.warn(
    `${JSON.stringify(printableUrl(found.uri))} has ${JSON.stringify(found.percent)}, which agents do not decode: they look for a file with just these characters in its name. If there is none, write the character itself, or choose a path without it.`,
  )
}

/**
 * The URI of a file, with its path unencoded, since Mesos does not decode it: `~` and `+` above all. A path that
 * Marathon or Mesos would refuse like that is encoded, which identifies the file to people, but not to agents.
 * @returns what is wrong with such a path, to be read after it
 */
function fileUri(path: string): { uri: string; problem?: string } {
  const uri = `file://${path}`
  const problem = fetchUriProblem(uri)
  return problem ? { uri: pathToFileURL(path).href.replaceAll("'", '%27'), problem } : { uri }
}
