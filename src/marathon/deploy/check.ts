import { type Reporter, silent } from '../../lib/report.ts'
import { canonicalId } from '../app/app-id.ts'
import type { JsonObject } from '../app/request.ts'
import { type AppDefinition, validateApp } from '../app/validate.ts'
import { checkFetchable } from './fetchable.ts'

export interface CheckOptions {
  /** Deploy although no agent can fetch what the app needs. */
  allowUnfetchableUri?: boolean
}

/**
 * Checks what can be checked without Marathon.
 * @param report hears of what depends on how the cluster is set up
 * @returns the definition, its id as Marathon keeps it: absolute
 * @throws MesosizeError APP_INVALID, APP_UNFETCHABLE
 */
export function checkApp(
  definition: JsonObject,
  { allowUnfetchableUri }: CheckOptions,
  report: Pick<Reporter, 'warn'> = silent,
): AppDefinition {
  const app = validateApp(definition, report)
  if (!allowUnfetchableUri) checkFetchable(app)
  return { ...app, id: canonicalId(app.id) }
}
