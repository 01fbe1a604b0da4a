import * as v from 'valibot'
import { impossible, refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { boolean, list, ruled, text } from './shape.ts'

// What runs, and as whom (types/app.raml, api/v2/validation/AppValidation.scala).

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

export const PROCESS_RULES = [
  rule(['cmd', 'args', 'user'], function* ({ cmd, args, user }) {
    const texts = {
      cmd,
      user,
      ...Object.fromEntries([...items(args)].map(([index, arg]) => [`args[${index}]`, arg])),
    }
    for (const [at, value] of Object.entries(texts)) {
      if (value?.includes('\0')) {
        yield impossible(at, undefined, 'has a NUL, at which Linux ends it: remove it')
      }
    }
  }),

  rule(['cmd'], function* ({ cmd }) {
    if (cmd !== undefined && cmd.length < 2) {
      yield refused('cmd', cmd, 'must be a command of at least two characters')
    }
  }),

  rule(['cmd', 'args', 'container'], function* ({ cmd, args = [], container }) {
    if (cmd !== undefined && args.length > 0) {
      yield refused('args', undefined, 'cannot stand beside cmd: remove one of them')
    }
    if (cmd === undefined && args.length === 0 && container?.docker === undefined) {
      yield refused('cmd', undefined, 'is missing: give the app a cmd, args or a container with an image')
    }
  }),
]
