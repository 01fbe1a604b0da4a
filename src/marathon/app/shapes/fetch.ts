import * as v from 'valibot'
import { boolean, list, ruled, shape, text } from './shape.ts'

// fetch, and the older uris (types/artifact.raml).

const ARTIFACT = shape({
  uri: ruled<string>(value =>
    typeof value !== 'string' || value === ''
      ? 'must be a URI, such as https://example.com/app.tgz'
      : value.length > 1024
        ? `must have at most 1024 characters, not ${value.length}: shorten it`
        : undefined,
  ),
  extract: v.optional(boolean, true),
  executable: v.optional(boolean, false),
  cache: v.optional(boolean, false),
  destPath: v.optional(text('"app.tgz"', 1, 1024)),
})

export const FETCH = {
  fetch: v.optional(list(ARTIFACT, '[{"uri": "https://example.com/app.tgz"}]')),
  uris: v.optional(list(text('"https://example.com/app.tgz"'), '["https://example.com/app.tgz"]')),
}
