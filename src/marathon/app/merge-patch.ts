import { isObject } from '../../lib/is-object.ts'
import type { JsonObject, JsonValue } from './request.ts'

/** Applies a JSON merge patch (RFC 7396, section 2). Neither argument is changed. */
export function mergePatch(target: JsonValue | undefined, patch: JsonObject): JsonObject
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
