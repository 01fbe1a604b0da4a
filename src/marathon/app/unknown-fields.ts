import type * as v from 'valibot'
import { isObject } from '../../lib/is-object.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Reporter } from '../../lib/report.ts'
import { place } from './checks/problem.ts'
import type { JsonObject } from './request.ts'
import { APP } from './shapes/app.ts'
import { listed, type Unknown } from './unknown-keys.ts'

/** Warns of fields of a patch that Marathon does not have, which it ignores without a word. */
export function warnOfUnknownFields(patch: JsonObject, report: Pick<Reporter, 'warn'>): void {
  const unknown = unknownFields(APP, patch, [])
  if (unknown.length === 0) return
  report.warn(`Check the patch: Marathon ignores fields that it does not have: ${listed(unknown)}.`)
}

/** The parts of valibot's schemas that lead to fields, as those in `shapes/` are made of. */
interface Schema extends Partial<v.GenericSchema> {
  pipe?: readonly { kind: string }[]
  entries?: Readonly<Record<string, Schema>>
  wrapped?: Schema
  item?: Schema
  value?: Schema
  getter?(input: unknown): Schema
}

function unknownFields(schema: Schema, value: unknown, path: readonly (string | number)[]): Unknown[] {
  const { pipe, entries, wrapped, item, getter } = schema
  // The first part of a pipe is the schema as it is without the pipe.
  if (pipe) {
    return pipe
      .filter(({ kind }) => kind === 'schema')
      .flatMap(part => unknownFields(part as Schema, value, path))
  }
  if (wrapped) return unknownFields(wrapped, value, path)
  if (getter) return unknownFields(getter(value), value, path)
  if (item && Array.isArray(value)) {
    return value.flatMap((each, index) => unknownFields(item, each, [...path, index]))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, each]) => {
    const field = entries ? (Object.hasOwn(entries, key) ? entries[key] : undefined) : schema.value
    if (field) return unknownFields(field, each, [...path, key])
    return entries ? [{ place: place(...path, key), meant: nearest(key, Object.keys(entries)) }] : []
  })
}
