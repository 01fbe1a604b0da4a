import { impossible, refused } from './problem.ts'
import { items, rule } from './rule.ts'

// The command and the user (api/v2/validation/AppValidation.scala).

export const PROCESS_RULES = [
  rule(['cmd', 'args', 'user'], function* ({ cmd, args, user }) {
    const texts = {
      cmd,
      user,
      ...Object.fromEntries([...items(args)].map(([index, arg]) => [`args[${index}]`, arg])),
    }
    for (const [at, value] of Object.entries(texts)) {
      if (value?.includes('\0')) {
        yield impossible(at, undefined, 'contains a NUL, where Linux cuts it off: remove it')
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
      yield refused('args', undefined, 'cannot be combined with cmd: remove one of them')
    }
    if (cmd === undefined && args.length === 0 && container?.docker === undefined) {
      yield refused('cmd', undefined, 'is missing: give the app a cmd, args or a container with an image')
    }
  }),
]
