import * as v from 'valibot'
import { boolean, list, ruled, text } from './shape.ts'

// The command and the user (types/app.raml).

const EXECUTOR = /^(?:|\/\/cmd|\/?[^/]+(?:\/[^/]+)*)$/

export const PROCESS = {
  cmd: v.optional(text('"./server --port $PORT0"')),
  args: v.optional(list(text('"--verbose"'), '["./server", "--verbose"]')),
  user: v.optional(text('"root"')),
  executor: v.optional(
    ruled<string>(value =>
      typeof value === 'string' && EXECUTOR.test(value)
        ? undefined
        : 'must be "//cmd" or the path of an executor, such as "/opt/executor"',
    ),
  ),
  tty: v.optional(boolean),
}
