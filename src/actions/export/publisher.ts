import type { RunContext } from '../../github/context.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { Upload } from '../../http/upload.ts'
import type { Layering } from '../../image/layers.ts'
import type { Reporter } from '../../lib/report.ts'
import { publishToArtifactStore } from '../../publish/artifact-store.ts'
import { checkKnownUri, type KnownUri } from '../../publish/fetch-uri.ts'
import { publishOverHttp } from '../../publish/http.ts'
import { publishNowhere } from '../../publish/none.ts'
import { type Publisher, withPrefix } from '../../publish/publisher.ts'
import type { ExportAction } from './request.ts'

export interface PublisherTools {
  context: RunContext
  fetch: Fetch
  upload: Upload
  report: Reporter
  signal: AbortSignal
}

/** @throws UsageError or MesosizeError if the target cannot be used as it was described */
export async function publisherOf(action: ExportAction, tools: PublisherTools): Promise<Publisher> {
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
      checkKnownUri(known)
      const [{ connect }, { publishToRelease }] = await Promise.all([
        import('../../github/octokit.ts'),
        import('../../publish/release.ts'),
      ])
      const github = connect({ ...tools, token: githubToken })
      return withPrefix(tarballPrefix, publishToRelease(github, context, { ...publish, checksumFile }, known))
    }
    case 'http':
      return withPrefix(tarballPrefix, publishOverHttp({ ...known, ...publish, checksumFile }, tools))
    case 'artifact-store':
      return publishToArtifactStore({ ...known, ...publish }, tools)
  }
}

/** How the image is divided: an artifact holds one file, and agents cannot cache layers that are not published. */
export function layeringOf({ publish, request }: ExportAction): Layering | undefined {
  return publish.to === 'artifact' ? undefined : request.layering
}

function knownUriOf(action: ExportAction, context: RunContext): KnownUri {
  const { publish, uriTemplate, request } = action
  const { uri, uriBase } = request
  const layering = layeringOf(action)
  // Layers do not go to the release that was chosen.
  const chosen = publish.to === 'release' && layering === undefined ? publish.tag : undefined
  return { uri, uriBase, uriTemplate, tag: chosen ?? context.tag, layering }
}
