import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { checked, list, type Problem } from './problem.ts'

/** What runs, and as whom: cmd, args, container, user (api/v2/validation/AppValidation.scala). */
export function* processProblems({ cmd, args, container, user }: JsonObject): Generator<Problem> {
  yield* checked('/cmd', cmd, value =>
    typeof value === 'string' && value.length > 1
      ? undefined
      : 'must be a command of at least two characters',
  )
  yield* list('/args', args, (path, item) =>
    checked(path, item, value => (typeof value === 'string' ? undefined : 'must be text')),
  )
  const hasCmd = cmd !== undefined && cmd !== null
  const hasArgs = Array.isArray(args) && args.length > 0
  if (hasCmd && hasArgs) {
    yield { path: '/', problem: 'has both cmd and args, where Marathon takes one: remove args' }
  } else if (!hasCmd && !hasArgs && !hasImage(container)) {
    yield { path: '/', problem: 'has nothing to run: give it cmd, args or a container with an image' }
  }
  yield* checked('/user', user, value =>
    typeof value === 'string' && value !== '' ? undefined : 'must be the name of an account, such as "root"',
  )
}

function hasImage(container: JsonValue | undefined): boolean {
  return isObject(container) && (isObject(container.docker) || isObject(container.appc))
}
