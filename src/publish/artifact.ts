import { dirname } from 'node:path'
import type { ArtifactClient } from '@actions/artifact'
import type { RunContext } from '../github/context.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import type { Location, Publisher } from './publisher.ts'

export interface ArtifactTools {
  client: Pick<ArtifactClient, 'uploadArtifact'>
  context: Pick<RunContext, 'serverUrl' | 'repository' | 'runId'>
  /** Provides the URIs for the app definition, which cannot be the artifacts' own. */
  locate: Publisher
  report: Reporter
}

/**
 * Uploads each tarball as an artifact of the workflow run, as it is and not in a zip file. The artifact's name is
 * the tarball's.
 * @throws the publisher, MesosizeError ARTIFACT_SERVER on a GitHub Enterprise Server, ARTIFACT_EXISTS if the run
 *   has an artifact of that name, ARTIFACT_FAILED for everything else
 */
export function publishAsArtifact(tools: ArtifactTools): Publisher {
  return async tarballs => {
    const uploaded = new Map<string, Pick<Location, 'artifactId' | 'page'>>()
    for (const tarball of tarballs) uploaded.set(tarball.name, await upload(tarball, tools))
    const located = await tools.locate(tarballs)
    return located.map(each => ({ ...each, location: { ...each.location, ...uploaded.get(each.name) } }))
  }
}

async function upload(
  tarball: NamedTarball,
  { client, context, report }: ArtifactTools,
): Promise<Pick<Location, 'artifactId' | 'page'>> {
  const { name, path, size } = tarball
  const phase = report.phase(`Uploading ${name}`, size, 'bytes')
  const { id } = await client
    .uploadArtifact(name, [path], dirname(path), { skipArchive: true })
    .catch(thrown => {
      throw explain(thrown, tarball, context)
    })
  phase.advance(size)
  phase.done()
  if (id === undefined) throw explain('the service named no artifact', tarball, context)
  const { owner, repo } = context.repository
  const page = `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}/artifacts/${id}`
  report.warn(
    `Mesos agents cannot fetch the artifact ${page}: GitHub requires a login. ` +
      `Put it where they can, and give that address with ${setting('uri')}, ${setting('uri-base')} or ${setting('uri-template')}; or use ${setting('publish', 'release')} or ${setting('publish', 'http')}.`,
  )
  return { artifactId: id, page }
}

function explain(
  thrown: unknown,
  { name }: NamedTarball,
  { serverUrl }: ArtifactTools['context'],
): MesosizeError {
  const text = messageOf(thrown)
  if (thrown instanceof Error && thrown.name === 'GHESNotSupportedError') {
    return new MesosizeError(
      'ARTIFACT_SERVER',
      `The GitHub Enterprise Server ${serverUrl} does not have the artifact service that ${setting('publish', 'artifact')} needs. ` +
        `Use ${setting('publish', 'release')} or ${setting('publish', 'http')}; or ${setting('publish', 'none')}, and actions/upload-artifact v3 for the file of the output tarball-path.`,
      { cause: thrown },
    )
  }
  if (/\b409\b/.test(text)) {
    return new MesosizeError(
      'ARTIFACT_EXISTS',
      `This run already has an artifact ${JSON.stringify(name)}, and artifacts are not replaced. Export a package once in a run, or publish the other somewhere else.`,
      { cause: thrown },
    )
  }
  return new MesosizeError(
    'ARTIFACT_FAILED',
    `${JSON.stringify(name)} could not be uploaded as an artifact of the run: ${text}. Run again; ${setting('publish', 'release')} and ${setting('publish', 'http')} need no artifact service.`,
    { cause: thrown },
  )
}
