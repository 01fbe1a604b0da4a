import type { RunContext } from '../../github/context.ts'
import { connect } from '../../github/octokit.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { Upload } from '../../http/upload.ts'
import type { Reporter } from '../../lib/report.ts'
import { publishLayersToArtifactStore, publishToArtifactStore } from '../../publish/artifact-store.ts'
import { checkKnownUri, checkLayerUri, type KnownUri, knownUri } from '../../publish/fetch-uri.ts'
import { publishOverHttp } from '../../publish/http.ts'
import { publishLayersOverHttp } from '../../publish/http-layers.ts'
import { publishLayersNowhere, publishNowhere } from '../../publish/none.ts'
import { type ImagePublisher, type Publisher, publishOne } from '../../publish/publisher.ts'
import { publishToRelease } from '../../publish/release.ts'
import { publishLayersToRelease } from '../../publish/release-layers.ts'
import type { ExportAction } from './request.ts'

export interface PublisherTools {
  context: RunContext
  fetch: Fetch
  upload: Upload
  report: Reporter
  signal: AbortSignal
}

/** @throws UsageError or MesosizeError if the target cannot be used as it was described */
export async function publisherOf(action: ExportAction, tools: PublisherTools): Promise<ImagePublisher> {
  return action.request.layering
    ? layersPublisherOf(action, tools)
    : publishOne(await tarballPublisherOf(action, tools))
}

async function tarballPublisherOf(action: ExportAction, tools: PublisherTools): Promise<Publisher> {
  const { context, report } = tools
  const { publish, checksumFile, uriTemplate, githubToken } = action
  const { uri, uriBase, outputDir } = action.request
  const tag = publish.to === 'release' ? (publish.tag ?? context.tag) : context.tag
  const known = { uri, uriBase, uriTemplate, tag }
  switch (publish.to) {
    case 'none':
      return publishNowhere({ ...known, outputDir }, report)
    case 'artifact': {
      const locate = publishNowhere({ ...known, outputDir }, report)
      // A large library that the other targets do not need.
      const [{ DefaultArtifactClient }, { publishAsArtifact }] = await Promise.all([
        import('@actions/artifact'),
        import('../../publish/artifact.ts'),
      ])
      return publishAsArtifact({ client: new DefaultArtifactClient(), context, locate, report })
    }
    case 'release': {
      checkKnownUri(known)
      const github = connect({ ...tools, token: githubToken })
      const attach = publishToRelease(github, context, { ...publish, checksumFile })
      return prefixed(action, async tarball => {
        const location = await attach(tarball)
        return { ...location, uri: knownUri(known, tarball) ?? location.uri }
      })
    }
    case 'http':
      return prefixed(action, publishOverHttp({ ...known, ...publish, checksumFile }, tools))
    case 'artifact-store':
      return publishToArtifactStore({ ...known, ...publish }, tools)
  }
}

/** Layers go where those of other exports are, even a preview's, under names that are theirs everywhere. */
function layersPublisherOf(action: ExportAction, tools: PublisherTools): ImagePublisher {
  const { context, report } = tools
  const { publish, uriTemplate, githubToken } = action
  const { uriBase, outputDir } = action.request
  const known: KnownUri = { uriBase, uriTemplate, tag: context.tag }
  switch (publish.to) {
    case 'none':
    // What the inputs of layers do not allow.
    case 'artifact':
      return publishLayersNowhere({ ...known, outputDir }, report)
    case 'release': {
      checkLayerUri(known)
      const attach = publishLayersToRelease(connect({ ...tools, token: githubToken }), context)
      return async layers => {
        const locations = await attach(layers)
        return locations.map((location, index) => ({
          ...location,
          uri: knownUri(known, layers[index]!) ?? location.uri,
        }))
      }
    }
    case 'http':
      return publishLayersOverHttp({ ...known, ...publish }, tools)
    case 'artifact-store':
      return publishLayersToArtifactStore({ ...known, ...publish }, tools)
  }
}

/** A publisher by whose names the tarballs of a preview are told from others. */
function prefixed({ tarballPrefix = '' }: ExportAction, publish: Publisher): Publisher {
  return tarball => publish({ ...tarball, name: tarballPrefix + tarball.name })
}
