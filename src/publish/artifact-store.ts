import { noteRetries } from '../http/retry-notes.ts'
import { fileBody } from '../http/upload.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { artifactPath, createArtifactStore, layerPath } from '../marathon/api/artifact-store.ts'
import { checkKnownUri, type KnownUri, knownUri, uploadedUri } from './fetch-uri.ts'
import { publishTo } from './place.ts'
import type { Publisher } from './publisher.ts'
import type { PublishTools } from './tools.ts'

export interface ArtifactStoreTarget extends KnownUri {
  /** Marathon's base URL; may have user and password. */
  marathonUrl: string
  /** The Authorization header to use instead of these, such as `token=…` for DC/OS. */
  authorization?: string
}

/**
 * Stores tarballs in Marathon itself, which supported that before 1.5: layers at a path that all exports share.
 * Agents fetch them from the requested URIs, or else from those that Marathon gives.
 * @throws UsageError or MesosizeError MARATHON_URL if the target cannot be used; the publisher throws as
 *   `ArtifactStore.store`
 */
export function publishToArtifactStore(target: ArtifactStoreTarget, tools: PublishTools): Publisher {
  checkKnownUri(target)
  const { marathonUrl: url, authorization } = target
  const retry = { ...noteRetries(tools.report), ...tools.retry }
  const store = createArtifactStore({ ...tools, url, authorization, retry })
  return publishTo(
    {
      name: 'the artifact store',
      // The path contains the digest, so nothing else can be there but an incomplete copy.
      has: async tarball => (await store.size(pathOf(tarball))) === tarball.size,
      send: (tarball, onBytes, signal) => {
        const body = fileBody(tarball.path, tarball.size)
        return store.store(pathOf(tarball), tarball.name, body, onBytes, signal)
      },
      uri(tarball, given) {
        const address = uploadedUri(store.address(pathOf(tarball)))
        // Marathon gives its Location only in the response to the upload.
        return knownUri(target, tarball) ?? (tarball.isLayer ? address : (given ?? address))
      },
    },
    tools,
  )
}

function pathOf({ isLayer, name, ident, sha256 }: NamedTarball): string {
  return isLayer ? layerPath(name) : artifactPath(ident, sha256)
}
