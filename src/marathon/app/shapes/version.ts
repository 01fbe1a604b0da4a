import * as v from 'valibot'
import { ruled, strictShape } from './shape.ts'

// Fields that Marathon writes and accepts back (types/app.raml, types/versionInfo.raml; Java's ISO_OFFSET_DATE_TIME).

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d(?::\d\d)?)$/i

const time = ruled<string>(value =>
  typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)))
    ? undefined
    : 'must be a time, such as "2026-01-31T12:00:00.000Z", or left out: Marathon sets it',
)

export const VERSION = {
  version: v.optional(time),
  versionInfo: v.optional(
    strictShape(
      { lastScalingAt: time, lastConfigChangeAt: time },
      '{"lastScalingAt": "2026-01-31T12:00:00.000Z", "lastConfigChangeAt": "2026-01-31T12:00:00.000Z"}, or left out: Marathon sets it',
    ),
  ),
}
