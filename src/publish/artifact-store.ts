import { noteRetries } from '../http/retry-notes.ts'
import { fileBody } from '../http/upload.ts'
import {
  type ArtifactStore,
  artifactPath,
  createArtifactStore,
  layerPath,
} from '../marathon/api/artifact-store.ts'
import { checkKnownUri, checkLayerUri, type KnownUri, knownUri, uploadedUri } from './fetch-uri.ts'
import { publishLayers } from './layers.ts'
import type { ImagePublisher, Publisher } from './publisher.ts'
import type { PublishTools } from './tools.ts'

export interface ArtifactStoreTarget extends KnownUri {
  /** Marathon's base URL; may have user and password. */
  marathonUrl: string
  /** The Authorization header instead of these, such as `token=…` for DC/OS. */
  authorization?: string
}

/**
 * Stores a tarball in Marathon itself, which could do that before 1.5. Agents fetch it from the URI that was asked
 * for, else from the one that Marathon gives.
 * @throws UsageError or MesosizeError MARATHON_URL if the target cannot be used; the publisher throws as
 *   `ArtifactStore.store`
 */
export function publishToArtifactStore(target: ArtifactStoreTarget, tools: PublishTools): Publisher {
  checkKnownUri(target)
  const store = openStore(target, tools)
  return async tarball => {
    const path = artifactPath(tarball.ident, tarball.sha256)
    const known = knownUri(target, tarball)
    const phase = tools.report.phase('Uploading', tarball.size, 'bytes')
    // The path has the digest in it, so that nothing else is under it but a part of the same.
    if ((await store.size(path)) === tarball.size) {
      phase.advance(tarball.size)
      phase.done('the same file is there already')
      return { uri: known ?? uploadedUri(store.address(path)) }
    }
    const uri = await store.store(path, tarball.name, fileBody(tarball.path, tarball.size), amount =>
      phase.advance(amount),
    )
    phase.done('to the artifact store')
    return { uri: known ?? uri }
  }
}

/**
 * The same for layers, at a path that all exports share.
 * @throws as `publishToArtifactStore`
 */
export function publishLayersToArtifactStore(
  target: ArtifactStoreTarget,
  tools: PublishTools,
): ImagePublisher {
  checkLayerUri(target)
  const store = openStore(target, tools)
  return publishLayers(
    {
      name: 'the artifact store',
      // Not the Location that Marathon gives: it gives that to whoever uploads alone.
      uri: layer => knownUri(target, layer) ?? uploadedUri(store.address(layerPath(layer.name))),
      has: async layer => (await store.size(layerPath(layer.name))) === layer.size,
      async send({ name, path, size }, onBytes, signal) {
        await store.store(layerPath(name), name, fileBody(path, size), onBytes, signal)
      },
    },
    tools,
  )
}

function openStore({ marathonUrl, authorization }: ArtifactStoreTarget, tools: PublishTools): ArtifactStore {
  return createArtifactStore({
    ...tools,
    url: marathonUrl,
    authorization,
    retry: { ...noteRetries(tools.report), ...tools.retry },
  })
}
