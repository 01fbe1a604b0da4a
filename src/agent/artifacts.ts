import { MesosizeError } from '../lib/errors.ts'
import { printableUrl } from '../lib/url.ts'
import type { App as Definition } from '../marathon/app/shapes/app.ts'

/** Something that the fetcher puts into the sandbox. */
export interface Artifact {
  /** The field, for messages. */
  place: string
  uri: string
  /** Its path in the sandbox. */
  file: string
  extract: boolean
  executable: boolean
  cache: boolean
}

/** What Marathon takes for an archive among `uris`: state/FetchUri.scala. */
const EXTRACTED = /\.(?:tar|tar\.gz|tar\.bz2|tar\.xz|gz|tgz|tbz2|txz|zip)$/

/**
 * What the fetcher is asked for, by `fetch` or by the older `uris`.
 * @throws MesosizeError FETCH_FAILED for what it would refuse
 */
export function artifactsOf({ fetch, uris }: Pick<Definition, 'fetch' | 'uris'>): Artifact[] {
  if (fetch !== undefined) {
    return fetch.flatMap((each, index) => {
      if (each === undefined) return []
      const { destPath, ...artifact } = each
      const place = `fetch[${index}]`
      return [{ ...artifact, place, file: fileOf(each.uri, destPath, place) }]
    })
  }
  return (uris ?? []).flatMap((uri, index) => {
    if (uri === undefined) return []
    const place = `uris[${index}]`
    const extract = EXTRACTED.test(uri.replace(/[?#].*$/s, ''))
    return [{ place, uri, file: fileOf(uri, undefined, place), extract, executable: false, cache: false }]
  })
}

/** An error about an artifact. @param problem follows the URI */
export function fetchError({ place, uri }: Pick<Artifact, 'place' | 'uri'>, problem: string): MesosizeError {
  return new MesosizeError('FETCH_FAILED', `${place}: ${JSON.stringify(shownUri(uri))} ${problem}`)
}

/** A URI without credentials and query. */
export function shownUri(uri: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*@|^https?:/i.test(uri) ? printableUrl(uri) : uri
}

/** The fetcher takes the rest after the last slash, whatever it is: Fetcher::basename in Mesos. */
function fileOf(uri: string, destPath: string | undefined, place: string): string {
  const file = destPath ?? uri.slice(uri.lastIndexOf('/') + 1)
  if (/[\\'\0]/.test(uri)) {
    throw fetchError({ place, uri }, "has a \\ or ', which the fetcher refuses. Percent-encode it.")
  }
  if (file === '' || file.startsWith('/') || file.split('/').some(part => part === '..' || part === '.')) {
    throw fetchError(
      { place, uri },
      `would be saved as ${JSON.stringify(file)}, which is not a file in the sandbox. Give destPath the name of one.`,
    )
  }
  return file
}
