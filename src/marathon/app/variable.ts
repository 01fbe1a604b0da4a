import { isObject } from '../../lib/is-object.ts'
import type { AppRequest, JsonObject, JsonValue } from './request.ts'

/** What a variable of the task will be, from the patch or else from the settings: text, a secret, or undefined. */
export function variableOf(
  { env, secrets = {}, patch }: Pick<AppRequest, 'env' | 'secrets' | 'patch'>,
  name: string,
): JsonValue | undefined {
  const patched = isObject(patch?.env) ? (patch.env as JsonObject)[name] : undefined
  if (patched !== undefined) return patched ?? undefined
  return Object.hasOwn(secrets, name) ? { secret: name } : env[name]
}
