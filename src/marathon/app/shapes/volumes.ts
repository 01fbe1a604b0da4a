import * as v from 'valibot'
import { isObject } from '../../../lib/is-object.ts'
import { wholeNumber } from '../rules.ts'
import { list, map, oneOf, ruled, shape, text } from './shape.ts'

// container.volumes (types/volumes.raml).

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

/** Marathon uses the first kind that fits; messages are about the kind whose characteristic field is present. */
function kindOf(input: unknown) {
  const given = isObject(input) ? input : {}
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
