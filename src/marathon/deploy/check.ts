import type { JsonObject } from '../app/request.ts'
import { type AppDefinition, validateApp } from '../app/validate.ts'
import { checkFetchable } from './fetchable.ts'

export interface CheckOptions {
  /** Deploy although no agent can fetch what the app needs. */
  allowUnfetchableUri?: boolean
}

/**
 * Checks what can be checked without Marathon.
 * @returns the definition, its id absolute
 * @throws MesosizeError APP_INVALID, APP_UNFETCHABLE
 */
export function checkApp(definition: JsonObject, { allowUnfetchableUri }: CheckOptions): AppDefinition {
  const app = validateApp(definition, 'Change it in the app definition.')
  if (!allowUnfetchableUri) checkFetchable(app)
  return { ...app, id: `/${app.id.replace(/^\//, '')}` }
}
