import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { isObject } from '../../lib/is-object.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { silent } from '../../lib/report.ts'
import { visible } from '../../lib/visible.ts'
import type { JsonValue } from '../app/request.ts'
import { type AppDefinition, validateApp } from '../app/validate.ts'

/**
 * Reads an app definition from the text of a file.
 * @param source the file's name, for messages
 * @throws MesosizeError APP_NOT_JSON, APP_INVALID
 */
export function parseApp(text: string, source: string): AppDefinition {
  let app: JsonValue
  try {
    app = parseJson(text) as JsonValue
  } catch (error) {
    throw new MesosizeError(
      'APP_NOT_JSON',
      `${source}: is not valid JSON (${visible(messageOf(error))}). Give the app definition that the export wrote.`,
    )
  }
  const found = !isObject(app)
    ? 'a JSON value that is not an object'
    : isObject(app.app) || (app.cmd === undefined && (app.apps ?? app.groups) !== undefined)
      ? 'a group, or a response of Marathon with apps in it'
      : Array.isArray(app.containers)
        ? 'a pod'
        : undefined
  if (found) {
    throw new MesosizeError(
      'APP_INVALID',
      `${source}: holds ${found}, not an app definition. Give a file with one app: {"id": "/web/shop", "cmd": ...}.`,
    )
  }
  return validateApp(app as AppDefinition, silent, `Change it in ${source}.`)
}
