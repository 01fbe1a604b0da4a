import type { RunContext } from '../../github/context.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { Upload } from '../../http/upload.ts'
import type { Layering } from '../../image/layers.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import type { PreviewableExport } from '../../preview/export.ts'
import { publishToArtifactStore } from '../../publish/artifact-store.ts'
import { checkKnownUri, type KnownUri } from '../../publish/fetch-uri.ts'
import { publishOverHttp } from '../../publish/http.ts'
import { publishNowhere } from '../../publish/none.ts'
import { type Publisher, withPrefix } from '../../publish/publisher.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { readAccess } from '../../settings/read-access.ts'
import { HTTP, PUBLISH, RELEASE, STORE_ACCESS } from '../../settings/rows/publish.ts'
import type { SettingValues } from '../../settings/setting-values.ts'

/** An export with everything that its publisher needs. */
export interface PublishableExport extends PreviewableExport {
  uriTemplate?: string
  githubToken: string
  checksumFile: boolean
}

export interface PublisherTools {
  context: RunContext
  fetch: Fetch
  upload: Upload
  report: Reporter
  signal: AbortSignal
}

/** Reads the target and its settings; do not use the result if that adds problems to `values`. */
export async function readTarget(values: SettingValues): Promise<PublishRequest> {
  const { to } = await values.read(PUBLISH)
  switch (to) {
    case 'release': {
      if (values.written(RELEASE.id) && values.written(RELEASE.tag)) {
        values.problem(
          `${setting('release-id')} and ${setting('release-tag')}: only one can be given. Keep one of the two.`,
        )
      }
      // They are about a release that is created.
      if (values.written(RELEASE.id)) {
        refuseIdle(values, [RELEASE.draft, RELEASE.prerelease], setting('release-id'))
      }
      return { to, ...(await values.read(RELEASE)) }
    }
    case 'http': {
      const { uploadUrl = '', headers = {} } = await values.read(HTTP)
      if (!uploadUrl) {
        values.problem(
          `${setting('upload-url')}: "${setting('publish', to)}" needs it. Write ${setting('upload-url', 'https://…')}.`,
        )
      }
      return { to, uploadUrl, headers }
    }
    case 'artifact-store': {
      const { urls, credentials } = await readAccess(values, STORE_ACCESS)
      const authorization =
        credentials.kind === 'basic'
          ? credentials.authorization
          : credentials.kind === 'dcos-token'
            ? `token=${credentials.token}`
            : undefined
      return { to, marathonUrl: urls[0].href, authorization }
    }
    case 'none':
    case 'artifact':
    case undefined:
      // Anything not allowed has been reported already.
      return { to: to ?? 'none' }
  }
}

/**
 * @param values get what is wrong with the target; do not use the result if they have problems afterwards
 * @throws UsageError or MesosizeError for what else is wrong with it
 */
export async function publisherOf(
  action: PublishableExport,
  tools: PublisherTools,
  values: SettingValues,
): Promise<Publisher> {
  const { context, report } = tools
  const { publish, checksumFile, githubToken, tarballPrefix = '' } = action
  const { outputDir } = action.request
  const known = knownUriOf(action, context)
  // The clients of GitHub are large, and each is loaded only for its target.
  switch (publish.to) {
    case 'none':
      return publishNowhere({ ...known, outputDir }, report)
    case 'artifact': {
      const locate = publishNowhere({ ...known, outputDir }, report)
      const [{ DefaultArtifactClient }, { publishAsArtifact }] = await Promise.all([
        import('@actions/artifact'),
        import('../../publish/artifact.ts'),
      ])
      return publishAsArtifact({ client: new DefaultArtifactClient(), context, locate, report })
    }
    case 'release': {
      await values.attempt(() => checkKnownUri(known))
      const [{ connect }, { publishToRelease }] = await Promise.all([
        import('../../github/octokit.ts'),
        import('../../publish/release.ts'),
      ])
      const github = await values.attempt(() => connect({ ...tools, token: githubToken }))
      return withPrefix(
        tarballPrefix,
        publishToRelease(github!, context, { ...publish, checksumFile }, known),
      )
    }
    case 'http':
      return withPrefix(tarballPrefix, publishOverHttp({ ...known, ...publish, checksumFile }, tools))
    case 'artifact-store':
      return publishToArtifactStore({ ...known, ...publish }, tools)
  }
}

/** How the image is divided: an artifact holds one file, and agents cannot cache layers that are not published. */
export function layeringOf({ publish, request }: PreviewableExport): Layering | undefined {
  return publish.to === 'artifact' ? undefined : request.layering
}

function knownUriOf(action: PublishableExport, context: RunContext): KnownUri {
  const { publish, uriTemplate, request } = action
  const { uri, uriBase } = request
  const layering = layeringOf(action)
  // Layers do not go to the release that was chosen.
  const chosen = publish.to === 'release' && layering === undefined ? publish.tag : undefined
  return { uri, uriBase, uriTemplate, tag: chosen ?? context.tag, layering }
}
