import * as v from 'valibot'
import { map, shape, text } from './shape.ts'

// env, secrets and labels (types/environmentVariable.raml, types/secrets.raml, types/label.raml).

export const LABELS = v.optional(map(text('"web": put a number or a boolean in quotes'), '{"team": "web"}'))

export const ENVIRONMENT = {
  // A rule checks each variable, so that an invalid one does not prevent checking the others.
  env: v.optional(map(v.unknown(), '{"JAVA_OPTS": "-Xmx256m"}')),
  secrets: v.optional(
    map(shape({ source: text('"web/password"', 1) }), '{"password": {"source": "web/password"}}'),
  ),
  labels: LABELS,
}
