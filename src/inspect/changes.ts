import type { Asset } from '../github/asset-upload.ts'
import { downloadAsset, earlierReleases, type PublishedRelease } from '../github/earlier-releases.ts'
import type { GitHub } from '../github/octokit.ts'
import type { ReleaseChoice } from '../github/releases.ts'
import type { FullIdent } from '../habitat/package/ident.ts'
import { messageOf } from '../lib/errors.ts'
import { code } from '../lib/markdown.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { compareImages } from './diff.ts'
import { diffMarkdown } from './format-diff.ts'
import {
  type Inspected,
  type InspectTools,
  inspectApp,
  inspectImage,
  inspectTarballs,
  readApp,
} from './inspect.ts'

/** A new image with its app. */
interface NewImage {
  /** The service's. */
  ident: FullIdent
  app: AppDefinition
  /** The files of the image, in the order in which agents unpack them. */
  tarballs: readonly { path: string }[]
}

/** What an earlier release has of a service: one of the two files, or both. */
interface EarlierExport {
  release: PublishedRelease
  tarball?: Asset
  app?: Asset
}

/**
 * How an image, and the app if its definition is on that release, differ from those of the last release, as Markdown
 * for release notes.
 * @param own the release to which the image itself goes, which is not an earlier one
 * @returns undefined, and a note or a warning says why, if there is nothing to compare with or it cannot be read
 */
export async function changesSinceRelease(
  { ident, app, tarballs }: NewImage,
  own: Pick<ReleaseChoice, 'id' | 'tag'>,
  github: GitHub,
  tools: InspectTools,
): Promise<string | undefined> {
  const { report, signal } = tools
  try {
    const earlier = findExport(await earlierReleases(github, own), ident)
    if (!earlier) {
      report.note(
        `The output changes is empty: no earlier release has a tarball or an app definition of ${nameOf(ident)}.`,
      )
      return undefined
    }
    const old = await read(earlier, github, tools)
    if (!isOf(old.contents.service, ident)) {
      report.note(
        `The output changes is empty: the image on the release ${earlier.release.tag} is not one of ${nameOf(ident)}.`,
      )
      return undefined
    }
    const paths = tarballs.map(({ path }) => path)
    const now = { app, contents: await inspectImage(paths, tools) }
    const { tag, page } = earlier.release
    return `Compared with [${code(tag)}](<${page}>): ${diffMarkdown(compareImages(old, now))}`
  } catch (error) {
    signal.throwIfAborted()
    report.warn(
      `The output changes is empty, because the image could not be compared with that of an earlier release: ${messageOf(error)}`,
    )
    return undefined
  }
}

/** The image is read from the tarball, if there is one: agents' URIs need not be open to this job. */
async function read(
  { release, tarball, app }: EarlierExport,
  github: GitHub,
  tools: InspectTools,
): Promise<Inspected> {
  const open = (asset: Asset) => ({
    from: `${asset.name} of the release ${release.tag}`,
    bytes: downloadAsset(github, asset, tools.fetch),
  })
  const definition = app && (await readApp(open(app)))
  const contents = tarball
    ? await inspectTarballs([open(tarball)], tools)
    : await inspectApp(definition!, `${app!.name} of the release ${release.tag}`, tools)
  return { app: definition, contents }
}

/** That of the last release that has one. */
function findExport(releases: readonly PublishedRelease[], ident: FullIdent): EarlierExport | undefined {
  return releases
    .map(release => ({
      release,
      tarball: findAsset(release, ident, 'tgz'),
      app: findAsset(release, ident, 'json'),
    }))
    .find(({ tarball, app }) => tarball || app)
}

/**
 * The file of a service by its name, ORIGIN-NAME-VERSION-RELEASE. That cannot be parsed, so what has the fewest dashes
 * is taken for the service itself rather than for one whose name only begins with the same; of several, the last build.
 */
function findAsset(
  { assets }: PublishedRelease,
  { origin, name }: FullIdent,
  ending: string,
): Asset | undefined {
  const prefix = `${origin}-${name}-`
  return assets
    .filter(asset => asset.state === 'uploaded' && asset.name.startsWith(prefix))
    .filter(asset => new RegExp(`^.+-\\d{14}\\.${ending}$`).test(asset.name.slice(prefix.length)))
    .toSorted((a, b) => dashesIn(a) - dashesIn(b) || buildOf(b) - buildOf(a))[0]
}

function dashesIn({ name }: Asset): number {
  return name.split('-').length
}

/** Its release, a time whose digits are in the order of time. */
function buildOf({ name }: Asset): number {
  return Number(/-(\d{14})\./.exec(name)?.[1])
}

function isOf(service: string | undefined, ident: FullIdent): boolean {
  return service?.startsWith(`${nameOf(ident)}/`) === true
}

function nameOf({ origin, name }: FullIdent): string {
  return `${origin}/${name}`
}
