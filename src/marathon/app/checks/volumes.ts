import * as v from 'valibot'
import { javaRegexProblem } from '../java-regex.ts'
import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { wholeNumber } from '../rules.ts'
import { cluster, refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { list, map, oneOf, ruled, shape, text } from './shape.ts'

// container.volumes (types/volumes.raml, api/v2/validation/AppValidation.scala).

const mount = {
  containerPath: text('"/data"', 1),
  mode: oneOf('RO', 'RW'),
}
const mebibytes = ruled<number>(wholeNumber(0, Number.MAX_SAFE_INTEGER, '1024'))

const HOST = { ...mount, hostPath: text('"/srv/data"', 1) }

const PERSISTENT = {
  ...mount,
  persistent: shape({
    size: mebibytes,
    maxSize: v.optional(mebibytes),
    type: v.optional(oneOf('root', 'path', 'mount')),
    profileName: v.optional(text('"fast"', 1)),
    constraints: v.optional(
      list(list(text('"path"'), '["path", "LIKE", "/ssd.*"]'), '[["path", "LIKE", "/ssd.*"]]'),
    ),
  }),
}

const EXTERNAL = {
  ...mount,
  external: shape({
    name: v.optional(text('"my-volume"')),
    provider: v.optional(text('"dvdi"')),
    size: v.optional(mebibytes),
    options: v.optional(
      map(
        ruled<unknown>(() => undefined),
        '{"dvdi/driver": "rexray"}',
      ),
    ),
  }),
}

const SECRET = { ...mount, mode: v.optional(mount.mode), secret: text('"password"') }

/** Marathon takes the first kind that fits; the messages are about the one whose own field is there. */
function kindOf(input: unknown) {
  const given: JsonObject = isObject(input as JsonValue) ? (input as JsonObject) : {}
  const kinds = [
    given.external != null && EXTERNAL,
    given.persistent != null && PERSISTENT,
    given.secret != null && SECRET,
    HOST,
  ].filter(kind => kind !== false)
  return shape(kinds.find(kind => v.is(shape(kind), input)) ?? kinds[0]!)
}

export interface Volume {
  containerPath: string
  mode?: 'RO' | 'RW'
  hostPath?: string
  persistent?: v.InferOutput<typeof PERSISTENT.persistent>
  external?: v.InferOutput<typeof EXTERNAL.external>
  secret?: string
}

export const VOLUME = v.pipe(
  v.lazy(kindOf),
  v.transform(volume => volume as Volume),
)

export const VOLUME_RULES = [
  rule(['container', 'secrets'], function* ({ container, secrets = {} }) {
    for (const [index, volume] of items(container?.volumes)) {
      const at = `container.volumes[${index}]`
      if (volume.persistent) yield* persistentProblems(at, volume, volume.persistent)
      if (volume.external) {
        yield cluster(
          `${at}.external`,
          undefined,
          'needs a Marathon that runs with --enable_features external_volumes',
        )
      }
      if (volume.secret !== undefined) {
        if (!Object.hasOwn(secrets, volume.secret)) {
          yield refused(`${at}.secret`, volume.secret, 'is not among the app\'s "secrets": add it there')
        }
        yield cluster(
          `${at}.secret`,
          volume.secret,
          'needs a Marathon that runs with --enable_features secrets',
        )
      }
    }
  }),
]

function* persistentProblems(
  at: string,
  { containerPath, mode }: Volume,
  volume: NonNullable<Volume['persistent']>,
) {
  if (/^\.{1,2}$|\//.test(containerPath)) {
    yield refused(
      `${at}.containerPath`,
      containerPath,
      'must be the name of a directory in the sandbox, such as "data"',
    )
  }
  if (mode !== 'RW') yield refused(`${at}.mode`, mode, 'must be "RW" for a persistent volume')
  const { size, maxSize, type = 'root', constraints = [] } = volume
  if (size === 0) yield refused(`${at}.persistent.size`, size, 'must be at least 1, in MiB')
  if (maxSize !== undefined && type !== 'mount') {
    yield refused(`${at}.persistent.maxSize`, maxSize, 'is only for volumes of the type "mount": remove it')
  }
  if (maxSize !== undefined && maxSize <= size) {
    yield refused(`${at}.persistent.maxSize`, maxSize, `must be more than the size, which is ${size}`)
  }
  if (constraints.length > 0 && type === 'root') {
    yield refused(
      `${at}.persistent.constraints`,
      undefined,
      'cannot be given to a volume of the type "root": remove them',
    )
  }
  for (const [index, constraint] of constraints.entries()) {
    const [field, operator, regex] = constraint
    const isOne = field === 'path' && (operator === 'LIKE' || operator === 'UNLIKE') && regex !== undefined
    if (!isOne || javaRegexProblem(regex)) {
      yield refused(
        `${at}.persistent.constraints[${index}]`,
        constraint,
        'must be "path", "LIKE" or "UNLIKE", and a regular expression of Java, such as ["path", "LIKE", "/ssd.*"]',
      )
    }
  }
}
