import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { list, object, parsed, pattern, readJson, text } from '../../lib/json.ts'
import type { Mask } from '../../lib/mask.ts'
import { setting } from '../../lib/setting.ts'
import {
  type FullIdent,
  formatIdent,
  type PackageIdent,
  parseFullIdent,
  satisfies,
} from '../package/ident.ts'

/** Builder's description of one build. */
export interface BuilderPackage {
  ident: FullIdent
  target: string
  /** BLAKE2b-256 of the whole hart, lower-case hex; the signed hash covers only the body. */
  checksum: string
  /** All run-time dependencies. */
  tdeps: readonly FullIdent[]
  /** The channels that contain the build, as far as Builder lists them. */
  channels: readonly string[]
}

const IDENT = parsed(
  object({ origin: text, name: text, version: text, release: text }),
  ({ origin, name, version, release }) => parseFullIdent([origin, name, version, release].join('/')),
)

/** A package in Builder's responses (habitat-sh/builder, components/builder-db/src/models/package.rs). */
function packageOf(asked: PackageIdent, target: string) {
  return object({
    ident: parsed(IDENT, ident => {
      if (satisfies(ident, asked)) return ident
      throw new Error(`${formatIdent(ident)} is not a build of ${formatIdent(asked)}`)
    }),
    // Builders with a single target leave it out; it is checked later, in the hart itself.
    target: v.optional(v.literal(target, target), target),
    checksum: v.pipe(pattern(/^[0-9a-f]{64}$/i, '64 hex digits'), v.toLowerCase()),
    tdeps: list(IDENT),
    channels: v.pipe(
      v.nullish(list(v.unknown()), []),
      v.transform(channels => channels.filter(channel => typeof channel === 'string')),
    ),
  })
}

/**
 * Reads Builder's JSON description of a package.
 * @param asked what the package must be a build of
 * @param from where the text came from, for the message
 * @param mask hides secrets that the text repeats
 * @throws MesosizeError BUILDER_ANSWER with all problems
 */
export function parseBuilderPackage(
  text: string,
  asked: PackageIdent,
  target: string,
  from: string,
  mask: Mask,
): BuilderPackage {
  const { value, problems } = readJson(packageOf(asked, target), text)
  if (value) return value
  throw new MesosizeError(
    'BUILDER_ANSWER',
    `${from} gave an unusable description of ${formatIdent(asked)}: ${mask(problems.slice(0, 5).join('; '))}. Check that ${setting('url')} (HAB_BLDR_URL) is a Habitat Builder.`,
  )
}
