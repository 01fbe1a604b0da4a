import * as v from 'valibot'
import { DIGEST } from '../../lib/digest.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { list, object, parsed, pattern, readValue, text, truth, whole } from '../../lib/json.ts'
import { parseWebUrl } from '../../lib/url.ts'
import { formatIdent, parseFullIdent } from './ident.ts'
import { ACCOUNT_NAME, BIND_NAME, BOUND_EXPORT, MOST_DEPENDENCIES, MOST_EXPORTS } from './metadata.ts'
import type { PackageMetadata } from './package.ts'
import { checkTarget } from './target.ts'

type Json = Readonly<Record<string, unknown>>

/** Metadata as plain JSON, for the package cache. */
export function metadataToJson({ ident, deps, tdeps, exports, ...rest }: PackageMetadata): Json {
  return {
    ...rest,
    ident: formatIdent(ident),
    deps: deps.map(formatIdent),
    tdeps: tdeps.map(formatIdent),
    exports: [...exports],
  }
}

const ident = parsed(text, parseFullIdent)
const account = pattern(ACCOUNT_NAME, 'the name of an account')
const notEmpty = v.pipe(text, v.nonEmpty('text'))
const some = <S extends v.GenericSchema>(item: S, most: number) =>
  v.pipe(list(item), v.maxLength(most, `a list of at most ${most}`))

const webUrl = v.pipe(
  text,
  v.check(url => parseWebUrl(url) !== undefined, 'a URL'),
)

/** A path inside the package; empty is the package's own directory. */
const path = v.pipe(
  text,
  v.check(
    path => path === '' || path.split('/').every(part => !/^\.{0,2}$|\0/.test(part)),
    'a path inside the package',
  ),
)

const METADATA = object({
  ident,
  target: parsed(text, target => checkTarget(target, 'the kept metadata')),
  deps: some(ident, MOST_DEPENDENCIES),
  tdeps: some(ident, MOST_DEPENDENCIES),
  exports: v.pipe(
    some(v.strictTuple([notEmpty, notEmpty], 'a name and a path'), MOST_EXPORTS),
    v.transform(pairs => new Map(pairs)),
  ),
  exposes: some(whole(65535), MOST_EXPORTS),
  binds: list(
    object({
      name: pattern(BIND_NAME, 'the name of a bind'),
      exports: list(pattern(BOUND_EXPORT, 'the name of an export')),
      optional: truth,
    }),
  ),
  native: truth,
  svcUser: v.optional(account),
  svcGroup: v.optional(account),
  shutdownTimeout: v.optional(whole()),
  plan: object({
    license: v.optional(notEmpty),
    description: v.optional(notEmpty),
    upstream: v.optional(webUrl),
    source: v.optional(webUrl),
    sourceSha256: v.optional(pattern(DIGEST, 'a SHA-256')),
  }),
  defaultConfig: text,
  runnable: truth,
  binaries: list(path),
  special: list(object({ path, mode: whole(0o7777) })),
  size: whole(),
})

/**
 * Reads the output of `metadataToJson`. Each field is checked as strictly as when it is read from a package, because
 * it has been stored in a file since.
 * @throws MesosizeError METADATA_INVALID
 */
export function metadataFromJson(json: unknown): PackageMetadata {
  const { value, problems } = readValue(METADATA, json)
  if (value) return value
  throw new MesosizeError('METADATA_INVALID', `The kept metadata is unusable: ${problems[0]}.`)
}
