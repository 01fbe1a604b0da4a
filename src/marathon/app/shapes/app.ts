import type * as v from 'valibot'
import { CHECK } from './check.ts'
import { CONSTRAINTS } from './constraints.ts'
import { CONTAINER } from './container.ts'
import { ENVIRONMENT } from './environment.ts'
import { FETCH } from './fetch.ts'
import { HEALTH } from './health.ts'
import { IDENTITY } from './identity.ts'
import { NETWORKS } from './networks.ts'
import { PORTS } from './ports.ts'
import { PROCESS } from './process.ts'
import { READINESS } from './readiness.ts'
import { RESOURCES } from './resources.ts'
import { ROLES } from './roles.ts'
import { SCHEDULING } from './scheduling.ts'
import { shape } from './shape.ts'
import { VERSION } from './version.ts'

/** The fields of an app definition (Marathon 1.11: types/app.raml). Marathon ignores any others. */
export const APP = shape({
  ...IDENTITY,
  ...PROCESS,
  ...RESOURCES,
  ...SCHEDULING,
  ...CONSTRAINTS,
  ...ROLES,
  ...ENVIRONMENT,
  ...FETCH,
  ...PORTS,
  ...NETWORKS,
  ...CONTAINER,
  ...HEALTH,
  ...CHECK,
  ...READINESS,
  ...VERSION,
})

type Whole = v.InferOutput<typeof APP>
type WithGaps<T> = T extends readonly (infer I)[]
  ? readonly (I | undefined)[]
  : T extends object
    ? { readonly [Field in keyof T]: WithGaps<T[Field]> }
    : T

/**
 * An app definition as Marathon reads it, with its defaults. An outermost list has a gap for each member that could not
 * be read.
 */
export type App = WithGaps<Whole>
