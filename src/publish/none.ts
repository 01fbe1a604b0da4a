import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LAYERS_FOLDER, type NamedTarball, wholeImage } from '../image/tarball.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { checkKnownUri, isKnown, type KnownUri, knownUri } from './fetch-uri.ts'
import type { PublishedTarball, Publisher } from './publisher.ts'

export interface NoTarget extends KnownUri {
  outputDir: string
}

/**
 * Leaves the tarballs where they lie: their URIs are those that were asked for, else those of the files in the
 * output folder. Layers that an earlier export left there are taken to be where agents fetch them already.
 * @throws UsageError
 */
export function publishNowhere(target: NoTarget, report: Reporter): Publisher {
  checkKnownUri(target)
  return async tarballs => {
    const left = await Promise.all(tarballs.map(tarball => leave(tarball, target)))
    if (!isKnown(target)) noteUnknown(left, target, report)
    return left
  }
}

async function leave(tarball: NamedTarball, target: NoTarget): Promise<PublishedTarball> {
  // Not `tarball.path`, which is that of the staging folder.
  const path = resolve(target.outputDir, tarball.file)
  const uri = knownUri(target, tarball) ?? fileUri(path)
  if (!tarball.isLayer) return { ...tarball, location: { uri } }
  const there = await stat(path).catch(() => undefined)
  return { ...tarball, location: { uri, kept: there?.size === tarball.size } }
}

function noteUnknown(left: readonly PublishedTarball[], { outputDir }: NoTarget, report: Reporter): void {
  const whole = wholeImage(left)
  report.note(
    whole
      ? `No URI is known for the tarball, so the app definition has ${whole.location.uri}, which only an agent with this very file can fetch. ` +
          `Put the tarball where agents can fetch it, and export with ${setting('uri')} or ${setting('uri-base')}.`
      : `No URI is known for the layers, so the app definition has those of files in ${resolve(outputDir, LAYERS_FOLDER)}, which only an agent with these very files can fetch. ` +
          `Put them where agents can fetch them, and export with ${setting('uri-base')}.`,
  )
}

/** Mesos fetches no URI with a quote in it, which a file URL may hold. */
function fileUri(path: string): string {
  return pathToFileURL(path).href.replaceAll("'", '%27')
}
