import type { App, Started } from '../api/apps.ts'
import type { AppDefinition } from '../app/validate.ts'

/** A deployment that was started. */
export interface StartedDeployment extends Started {
  app: AppDefinition
  /** The app before the deployment; undefined if there was none. */
  before?: App
}
