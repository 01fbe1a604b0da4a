import { readText } from '../../http/body.ts'
import { formatStatus, HttpStatusError } from '../../http/errors.ts'
import type { Fetch } from '../../http/fetch.ts'
import { get } from '../../http/get.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { list, object, readJson, text } from '../../lib/json.ts'
import { setting } from '../../lib/setting.ts'

const MAX_JSON = 4 * 1024 * 1024

/**
 * The versions of hab that Builder knows, in any channel and for any target:
 * `GET /v1/depot/pkgs/ORIGIN/hab/versions` answers `[{ version, … }, …]` (habitat-sh/builder,
 * components/builder-api/src/server/resources/pkgs.rs). Asks for both origins that hab has had.
 * @param builder such as https://bldr.habitat.sh
 * @throws MesosizeError HTTP_…, BUILDER_ANSWER
 */
export async function listedVersions(
  builder: string,
  fetch: Fetch,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const lists = await Promise.all(['chef', 'core'].map(origin => versionsOf(origin, builder, fetch, signal)))
  return lists.flat()
}

async function versionsOf(origin: string, builder: string, fetch: Fetch, signal: AbortSignal | undefined) {
  const base = new URL(builder)
  const root = base.pathname.replace(/\/+$/, '') || '/v1'
  const answer = await get(fetch, new URL(`${root}/depot/pkgs/${origin}/hab/versions`, base), { signal })
  if (!answer.response.ok) {
    await answer.response.body?.cancel()
    const { status } = answer.response
    if (status === 404) return []
    throw new HttpStatusError(
      'HTTP_STATUS',
      `${answer.shown} answered ${formatStatus(status)}. Check ${setting('url')}.`,
      answer.response,
    )
  }
  return parseVersions(await readText(answer, MAX_JSON), answer.shown)
}

const VERSIONS = list(object({ version: text }))

function parseVersions(text: string, from: string): string[] {
  const { value, problems } = readJson(VERSIONS, text)
  if (value) return value.map(({ version }) => version)
  throw new MesosizeError(
    'BUILDER_ANSWER',
    `${from} did not answer with a list of versions: ${problems[0]}. Check that ${setting('url')} is a Habitat Builder.`,
  )
}
