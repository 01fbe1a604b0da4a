import { noteRetries } from '../http/retry-notes.ts'
import { fileBody } from '../http/upload.ts'
import { artifactPath, createArtifactStore } from '../marathon/artifact-store.ts'
import { checkKnownUri, type KnownUri, knownUri } from './fetch-uri.ts'
import type { Publisher } from './publisher.ts'
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
  const store = createArtifactStore({
    ...tools,
    url: target.marathonUrl,
    authorization: target.authorization,
    retry: { ...noteRetries(tools.report), ...tools.retry },
  })
  return async tarball => {
    const path = artifactPath(tarball.ident, tarball.sha256)
    const known = knownUri(target, tarball)
    const phase = tools.report.phase('Uploading', tarball.size, 'bytes')
    // The path has the digest in it, so that nothing else is under it but a part of the same.
    if ((await store.size(path)) === tarball.size) {
      phase.advance(tarball.size)
      phase.done('the same file is there already')
      return { uri: known ?? store.address(path).href }
    }
    const uri = await store.store(path, tarball.name, fileBody(tarball.path, tarball.size), amount =>
      phase.advance(amount),
    )
    phase.done('to the artifact store')
    return { uri: known ?? uri }
  }
}
